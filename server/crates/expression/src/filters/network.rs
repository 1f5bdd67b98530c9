//! `ipaddr` and its relatives, as plugin_utils/base/ipaddr_utils.py of the collection ansible.utils has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::arguments::Bound;
use crate::logic::{Eval, Stop};
use crate::{Value, python};

pub(super) fn ipaddr(bound: &Bound) -> Eval {
    let version = match bound.get(2) {
        None | Some(Value::Bool(false) | Value::Null) => None,
        Some(Value::Int(4)) => Some(Version::V4),
        Some(Value::Int(6)) => Some(Version::V6),
        Some(_) => return Err(Stop::unsupported("filter ipaddr with this version")),
    };
    filter(bound, version, "ipaddr")
}

pub(super) fn ipv4(bound: &Bound) -> Eval {
    filter(bound, Some(Version::V4), "ipv4")
}

pub(super) fn ipv6(bound: &Bound) -> Eval {
    filter(bound, Some(Version::V6), "ipv6")
}

pub(super) fn ipwrap(bound: &Bound) -> Eval {
    let wrap = |value: &Value| {
        let address = query(value, "", None, "ipwrap")?;
        if is_truthy(&address) { query(&address, "wrap", None, "ipwrap") } else { Ok(value.clone()) }
    };
    match bound.required(0)? {
        value @ (Value::String(_) | Value::Bool(_)) => wrap(value),
        Value::List(items) => Ok(Value::list(items.iter().map(wrap).collect::<Eval<_>>()?)),
        other => Err(Stop::error(format!("Unrecognized type <{}> for ipwrap filter <value>", python::type_name(other)))),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V4,
    V6,
}

/// An address with a prefix length, host bits kept.
#[derive(Clone, Copy, Debug)]
struct Network {
    net: IpNet,
    /// Whether it was written with a prefix.
    has_prefix: bool,
}

fn filter(bound: &Bound, version: Option<Version>, alias: &str) -> Eval {
    let asked = bound.get(1).map_or_else(String::new, python::text);
    match bound.required(0)? {
        value @ (Value::String(_) | Value::Int(_) | Value::Bool(_)) => query(value, &asked, version, alias),
        Value::List(items) => {
            let results = items.iter().map(|item| query(item, &asked, version, alias)).collect::<Eval<Vec<_>>>()?;
            Ok(Value::list(results.into_iter().filter(is_truthy).collect()))
        }
        other => Err(Stop::error(format!("Unrecognized type <{}> for {alias} filter <value>", python::type_name(other)))),
    }
}

fn is_truthy(value: &Value) -> bool {
    !matches!(value, Value::Bool(false) | Value::Null | Value::Int(0)) && !matches!(value, Value::String(text) if text.is_empty())
}

fn query(value: &Value, asked: &str, version: Option<Version>, alias: &str) -> Eval {
    let no = || Ok(Value::Bool(false));
    if !is_truthy(value) || *value == Value::Bool(true) {
        return no();
    }
    let (network, value) = match value {
        Value::String(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(Stop::unsupported("a number as address"));
        }
        Value::String(text) => match parse(text)? {
            Some(network) => (network, Value::String(text.clone())),
            None => return no(),
        },
        Value::Int(_) => return Err(Stop::unsupported("a number as address")),
        Value::List(_) | Value::Tuple(_) => return Err(Stop::unsupported("a list of lists of addresses")),
        _ => return no(),
    };
    let is_v6 = matches!(network.net, IpNet::V6(_));
    if version.is_some_and(|version| (version == Version::V6) != is_v6) {
        return no();
    }
    network.answer(asked, value, alias)
}

/// An address or network as netaddr reads it.
fn parse(text: &str) -> Eval<Option<Network>> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        let is_numeric = !address.is_empty() && address.bytes().all(|b| b.is_ascii_digit()) && prefix.is_some();
        return if is_numeric { Err(Stop::unsupported("a number as address")) } else { Ok(None) };
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    let length = match prefix {
        None => width,
        Some(prefix) => match prefix_length(prefix, address)? {
            Some(length) => length,
            None => return Ok(None),
        },
    };
    Ok(IpNet::new(address, length).ok().map(|net| Network { net, has_prefix: prefix.is_some() }))
}

/// A prefix length in digits, or a netmask.
fn prefix_length(prefix: &str, address: IpAddr) -> Eval<Option<u8>> {
    if !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(prefix.parse().ok());
    }
    match prefix.parse::<IpAddr>() {
        Ok(mask) if mask.is_ipv4() == address.is_ipv4() => match ipnet::ip_mask_to_prefix(mask) {
            Ok(length) => Ok(Some(length)),
            Err(_) => Err(Stop::unsupported("a mask that is no netmask")),
        },
        _ => Ok(None),
    }
}

impl Network {
    /// Addresses in it: 1, 2, or more than 2, which is all the queries ask.
    fn host_bits(&self) -> u8 {
        self.net.max_prefix_len() - self.net.prefix_len()
    }

    fn is_network_address(&self) -> bool {
        self.net.addr() == self.net.network()
    }

    /// netaddr knows a broadcast address for networks of at least four addresses, also for IPv6.
    fn broadcast(&self) -> Option<IpAddr> {
        (self.host_bits() >= 2).then(|| self.net.broadcast())
    }

    /// An address of the network by its index, from the end when negative.
    fn nth(&self, index: i128) -> Option<IpAddr> {
        let (first, last) = (number(self.net.network()), number(self.net.broadcast()));
        let at = if index >= 0 { first.checked_add(index.unsigned_abs())? } else { last.checked_sub(index.unsigned_abs() - 1)? };
        (first..=last).contains(&at).then(|| self.address(at))
    }

    fn address(&self, number: u128) -> IpAddr {
        match self.net {
            IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX))),
            IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(number)),
        }
    }

    fn answer(&self, asked: &str, value: Value, alias: &str) -> Eval {
        let net = &self.net;
        let (address, prefix) = (net.addr(), net.prefix_len());
        let of_network = || if self.has_prefix { Ok(()) } else { Err(Stop::error("Not a network address")) };
        let some = |text: String| Ok(Value::from(text));
        match asked {
            "" if self.has_prefix => some(format!("{address}/{prefix}")),
            "" => some(address.to_string()),
            "address" | "ip" => {
                let is_host = self.host_bits() == 0 || !self.is_network_address() || self.broadcast().is_none() || address.is_ipv6();
                Ok(if is_host { address.to_string().into() } else { Value::Null })
            }
            "net" => {
                let is_net = self.host_bits() > 0 && self.is_network_address();
                Ok(if is_net { format!("{}/{prefix}", net.network()).into() } else { Value::Null })
            }
            "prefix" => Ok(Value::Int(prefix.into())),
            "network" | "network_id" => some(net.network().to_string()),
            "subnet" | "network/prefix" => some(format!("{}/{prefix}", net.network())),
            "cidr" => some(format!("{address}/{prefix}")),
            "netmask" => some(net.netmask().to_string()),
            "hostmask" | "wildcard" => some(net.hostmask().to_string()),
            "broadcast" => Ok(self.broadcast().map_or(Value::Null, |address| address.to_string().into())),
            "bool" => Ok(Value::Bool(true)),
            "version" => Ok(Value::Int(if address.is_ipv4() { 4 } else { 6 })),
            "type" => Ok(Value::text(if self.host_bits() > 0 && self.is_network_address() { "network" } else { "address" })),
            "host" if self.host_bits() == 0 => some(format!("{address}/{prefix}")),
            "host" => {
                let is_host = !self.is_network_address() || self.broadcast().is_none();
                Ok(if is_host { format!("{address}/{prefix}").into() } else { Value::Null })
            }
            "ip/prefix" => {
                let is_host = self.host_bits() == 1 || (self.host_bits() > 1 && !self.is_network_address());
                Ok(if is_host { format!("{address}/{prefix}").into() } else { Value::Null })
            }
            "size" if self.host_bits() < 127 => Ok(Value::Int(1 << self.host_bits())),
            "ipv4" if address.is_ipv4() => Ok(value),
            "ipv6" if address.is_ipv6() => Ok(value),
            "first_usable" => of_network().and_then(|()| Ok(self.usable()?.map_or(Value::Null, |(first, _)| first.to_string().into()))),
            "last_usable" => of_network().and_then(|()| Ok(self.usable()?.map_or(Value::Null, |(_, last)| last.to_string().into()))),
            "range_usable" => {
                of_network().and_then(|()| Ok(self.usable()?.map_or(Value::Null, |(first, last)| format!("{first}-{last}").into())))
            }
            "wrap" if address.is_ipv4() => Ok(value),
            "wrap" if self.has_prefix => some(format!("[{address}]/{prefix}")),
            "wrap" => some(format!("[{address}]")),
            _ => self.other(asked, value, alias),
        }
    }

    /// First and last address for hosts. The collection takes IPv6 addresses below 2^32 for IPv4: these are not evaluated.
    fn usable(&self) -> Eval<Option<(IpAddr, IpAddr)>> {
        if self.net.addr().is_ipv6() && number(self.net.network()) <= u128::from(u32::MAX) {
            return Err(Stop::unsupported("usable addresses of a low IPv6 network"));
        }
        Ok(match self.host_bits() {
            0 => None,
            1 => Some((self.net.network(), self.net.broadcast())),
            _ => self.nth(1).zip(self.nth(-2)),
        })
    }

    /// Membership in another network, the address with an index, or a query that is not evaluated here.
    fn other(&self, asked: &str, value: Value, alias: &str) -> Eval {
        if let Ok(index) = asked.parse::<i128>() {
            return Ok(match (self.host_bits(), self.has_prefix) {
                (0, false) => self.net.addr().to_string().into(),
                (0, true) => format!("{}/{}", self.net.addr(), self.net.prefix_len()).into(),
                _ => self.nth(index).map_or(Value::Bool(false), |address| format!("{address}/{}", self.net.prefix_len()).into()),
            });
        }
        if let Some(other) = parse(asked)? {
            let is_inside = other.net.trunc().contains(&self.net.trunc());
            return Ok(if is_inside { value } else { Value::Null });
        }
        const NOT_EVALUATED: [&str; 28] = [
            "6to4",
            "address/prefix",
            "gateway",
            "gw",
            "host/prefix",
            "hostnet",
            "int",
            "ip_netmask",
            "ipv4",
            "ipv6",
            "v4",
            "v6",
            "link-local",
            "lo",
            "loopback",
            "multicast",
            "next_usable",
            "network_netmask",
            "network_wildcard",
            "peer",
            "previous_usable",
            "private",
            "public",
            "revdns",
            "router",
            "size",
            "size_usable",
            "unicast",
        ];
        if NOT_EVALUATED.contains(&asked) || asked == "cidr_lookup" || asked.parse::<f64>().is_ok() {
            return Err(Stop::unsupported(&format!("filter {alias}('{asked}')")));
        }
        Err(Stop::error(format!("{alias}: unknown filter type: {asked}")))
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

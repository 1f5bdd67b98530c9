//! What is known of variables before an inventory sets them: those of the release, and those of Ansible's connections.

use std::fmt::{self, Write};

use hostwise_kubespray::{Default, Variable};

use crate::cluster::Cluster;

/// Variables that each host sets for itself: Kubespray reads them per host.
const OF_HOSTS: [&str; 7] = ["ip", "ip6", "access_ip", "access_ip6", "etcd_member_name", "node_labels", "node_taints"];

/// What Ansible itself reads to reach a host (Ansible's documentation, "Connecting to hosts: behavioral inventory parameters").
pub(crate) const CONNECTION: [(&str, &str); 10] = [
    ("ansible_host", "the address that Ansible connects to"),
    ("ansible_port", "the port of the connection"),
    ("ansible_user", "the user that Ansible connects as"),
    ("ansible_password", "the password of the connection: keep it in a vault"),
    ("ansible_connection", "how Ansible reaches the host: ssh, local, ..."),
    ("ansible_ssh_private_key_file", "the key file of the connection"),
    ("ansible_ssh_common_args", "arguments for ssh, scp and sftp"),
    ("ansible_become", "whether tasks run as another user"),
    ("ansible_become_user", "the user that tasks run as"),
    ("ansible_python_interpreter", "the Python that runs modules on the host"),
];

/// Where Ansible says what these are.
pub(crate) const CONNECTION_PAGE: &str =
    "https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html#connecting-to-hosts-behavioral-inventory-parameters";

/// A default in one line is cut behind so many characters.
const MAX_DEFAULT: usize = 80;

/// The variables of the release that an inventory may set, by name; none without Kubespray.
pub(crate) fn variables(cluster: &Cluster) -> impl Iterator<Item = &Variable> {
    let release = cluster.kubespray.as_ref().into_iter();
    release.flat_map(|release| release.pack.variables()).filter(|variable| !variable.shadowed)
}

/// A variable of the release.
pub(crate) fn variable<'c>(cluster: &'c Cluster, name: &str) -> Option<&'c Variable> {
    cluster.kubespray.as_ref()?.pack.variable(name)
}

/// Whether it is one that each host sets for itself.
pub(crate) fn is_of_host(variable: &Variable) -> bool {
    OF_HOSTS.contains(&variable.name.as_str())
}

/// The group whose variable file the sample inventory shows the variable in: `k8s_cluster/addons.yml`, `etcd.yml`.
pub(crate) fn sample_group(variable: &Variable) -> Option<&str> {
    let sample = variable.sample.as_deref()?;
    Some(sample.split('/').next().unwrap_or(sample).trim_end_matches(".yml"))
}

/// One line: what it is for, else its default.
pub(crate) fn summary(variable: &Variable) -> String {
    match (&variable.purpose, &variable.default) {
        (Some(purpose), _) => purpose.clone(),
        (None, Some(default)) => format!("default: {}", in_one_line(default)),
        (None, None) => String::new(),
    }
}

/// A default in one line.
fn in_one_line(default: &Default) -> String {
    let mut beginning = Beginning(String::new());
    // It ends early for a long default.
    let is_whole = write!(beginning, "{default}").is_ok();
    let line = beginning.0.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(MAX_DEFAULT).collect();
    if is_whole && cut.len() == beginning.0.len() { cut } else { cut + "…" }
}

/// Takes text until there is more than is shown: tables of checksums are long.
struct Beginning(String);

impl Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        if self.0.len() > 4 * MAX_DEFAULT { Err(fmt::Error) } else { Ok(()) }
    }
}

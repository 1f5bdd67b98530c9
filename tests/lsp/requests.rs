//! The requests of our own, as server/REQUESTS.md describes them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::Client;
use crate::{HOSTS, SEPARATE, bare};

/// A server with the separate layout open.
fn opened(params: Value) -> Client {
    let mut client = Client::in_memory(params);
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    client
}

/// `line:start-end` of a location in the only file.
fn at(location: &Value) -> String {
    assert_eq!(location["uri"], HOSTS);
    let range = &location["range"];
    format!("{}:{}-{}", range["start"]["line"], range["start"]["character"], range["end"]["character"])
}

#[test]
fn topology_has_every_host_with_what_it_lacks_and_why() {
    let mut client = opened(bare());
    let answer = client.call("hostwise/topology", json!({}));
    let inventory = &answer["inventories"][0];
    assert_eq!(inventory["sources"], json!([HOSTS]));
    assert_eq!((&inventory["layout"], &inventory["hosts"]), (&json!("separate"), &json!(3)));
    assert_eq!(inventory["kubespray"], json!({ "version": "2.31.0", "source": "newest known release, no checkout found" }));
    assert_eq!(inventory["loadBalancer"], json!({ "kind": "local", "address": null, "program": "nginx", "location": null }));
    let roles: Vec<&Value> = inventory["profiles"].as_array().expect("a list").iter().map(|profile| &profile["role"]).collect();
    assert_eq!(roles, ["control plane", "etcd-only", "worker"]);
    let etcd = &inventory["profiles"][1];
    assert_eq!((&etcd["roles"], &etcd["groups"]), (&json!(["etcd"]), &json!(["etcd"])));
    let host = &etcd["hosts"][0];
    assert_eq!((&host["name"], at(&host["location"])), (&json!("instance-3"), "8:4-14".to_owned()));
    let finding = &host["findings"][0];
    assert_eq!(finding["message"], "etcd-only in separate mode: nerdctl not installed here");
    assert_eq!((&finding["severity"], at(&finding["location"])), (&json!("information"), "8:4-14".to_owned()));
    let component = |name: &str| etcd["components"].as_array().expect("a list").iter().find(|known| known["name"] == name).expect("known");
    assert_eq!(component("nerdctl")["state"], "not-installed");
    assert_eq!(component("etcd")["state"], "installed");
    let because = component("etcd")["because"].as_array().expect("a list").iter().find(|because| because["name"] == "etcd");
    assert_eq!(at(&because.expect("the group")["location"]), "8:4-14");
    let elsewhere = client.call("hostwise/topology", json!({ "textDocument": { "uri": "file:///elsewhere/hosts.yaml" } }));
    assert_eq!(elsewhere, json!({ "inventories": [] }));
}

#[test]
fn explain_answers_for_hosts_components_and_variables() {
    let mut client = opened(bare());
    let host = client.call("hostwise/explain", json!({ "host": "instance-3" }));
    assert_eq!((&host["role"], &host["groups"]), (&json!("etcd-only"), &json!(["etcd"])));
    let component = client.call("hostwise/explain", json!({ "host": "instance-3", "name": "nerdctl" }));
    assert_eq!(component["components"].as_array().map(Vec::len), Some(1));
    let variable = client.call("hostwise/explain", json!({ "host": "instance-3", "name": "etcd_deployment_type" }));
    assert_eq!((&variable["rendered"], &variable["origin"]["kind"]), (&json!("host"), &json!("kubespray-default")));
    for nothing in [json!({ "host": "nobody" }), json!({ "host": "instance-3", "name": "nothing" })] {
        assert_eq!(client.call("hostwise/explain", nothing), Value::Null);
    }
}

#[test]
fn effective_variables_and_comparison_give_locations_in_the_negotiated_encoding() {
    let text = SEPARATE.replace("    instance-3:", "    instance-3: {é€😀: 1, ip: 10.0.0.3}");
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, &text);
    client.findings(HOSTS);
    let answer = client.call("hostwise/effectiveVariables", json!({ "textDocument": { "uri": HOSTS }, "host": "instance-3" }));
    assert_eq!(answer["host"]["role"], "etcd-only");
    let variables = answer["variables"].as_array().expect("a list");
    let ip = variables.iter().find(|variable| variable["variable"] == "ip").expect("it is set");
    assert_eq!((&ip["value"], &ip["origin"]["kind"]), (&json!("10.0.0.3"), &json!("inventory-host")));
    assert_eq!(at(&ip["origin"]["location"]), "8:26-28", "é and € are one unit of UTF-16 each, 😀 is two");
    let compared = client.call("hostwise/compareHosts", json!({ "left": "instance-1", "right": "instance-3" }));
    assert_eq!((&compared["left"]["host"], &compared["right"]["host"]), (&json!("instance-1"), &json!("instance-3")));
    let ip = compared["variables"].as_array().expect("a list").iter().find(|variable| variable["name"] == "ip").expect("one has it");
    assert_eq!((&ip["differs"], &ip["left"], at(&ip["right"]["origin"]["location"])), (&json!(true), &Value::Null, "8:26-28".to_owned()));
    let lean = client.call("hostwise/effectiveVariables", json!({ "host": "instance-3", "defaults": false }));
    let names: Vec<&Value> = lean["variables"].as_array().expect("a list").iter().map(|variable| &variable["variable"]).collect();
    assert_eq!(names, ["ip", "é€😀"]);
    assert_eq!(lean["defaults"].as_u64(), Some(variables.len() as u64 - 2), "how many there would be");
    let lean = client.call("hostwise/compareHosts", json!({ "left": "instance-1", "right": "instance-3", "defaults": false }));
    assert_eq!(lean["variables"].as_array().map(Vec::len), Some(2));
    assert_eq!(client.call("hostwise/effectiveVariables", json!({ "host": "nobody" })), Value::Null);
    assert_eq!(client.call("hostwise/compareHosts", json!({ "left": "instance-1", "right": "nobody" })), Value::Null);
}

#[test]
fn a_client_that_asks_for_it_is_told_when_inventories_change() {
    let mut client = Client::in_memory(json!({ "capabilities": { "experimental": { "hostwise": { "inventoriesChanged": true } } } }));
    let hosts = |message: &Value| -> Vec<i64> {
        let inventories = message["params"]["inventories"].as_array().expect("a list");
        inventories.iter().filter_map(|inventory| inventory["hosts"].as_i64()).collect()
    };
    let is_told = |message: &Value| message["method"] == "hostwise/inventoriesChanged";
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    let told = client.next(is_told);
    assert_eq!(hosts(&told), [3]);
    assert_eq!(told["params"]["inventories"][0]["kubespray"]["version"], "2.31.0");
    client.replace(HOSTS, 2, &SEPARATE.replace("    instance-3:", "    instance-3:\n    instance-4:"));
    client.findings(HOSTS);
    assert_eq!(hosts(&client.next(is_told)), [4]);
}

/// The fields of answers, but not those of values, and not those of the protocol's locations.
fn fields(answer: &Value, found: &mut BTreeSet<String>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        Value::Object(entries) => {
            for (name, value) in entries {
                found.insert(name.clone());
                if !matches!(name.as_str(), "value" | "rendered" | "location") {
                    fields(value, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_fields_of_answers_are_those_that_are_documented() {
    let pages = include_str!("../../server/REQUESTS.md");
    let blocks = pages.split("```ts").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: String = blocks.flat_map(str::lines).map(|line| format!("{}\n", line.split("//").next().unwrap_or_default())).collect();
    let words =
        lines.match_indices(':').filter_map(|(at, _)| lines[..at].trim_end_matches('?').rsplit(|c: char| !c.is_alphanumeric()).next());
    let documented: BTreeSet<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();

    let text = SEPARATE.replace("    instance-3:", "    instance-3: {a: \"{{ ip }}\", ip: 1}");
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, &format!("{text}all: {{vars: {{ip: 2}}}}\n"));
    client.findings(HOSTS);
    let mut answered = BTreeSet::new();
    for (method, params) in [
        ("hostwise/topology", json!({})),
        ("hostwise/explain", json!({ "host": "instance-3" })),
        ("hostwise/explain", json!({ "host": "instance-3", "name": "a" })),
        ("hostwise/effectiveVariables", json!({ "host": "instance-3" })),
        ("hostwise/compareHosts", json!({ "left": "instance-1", "right": "instance-3" })),
    ] {
        let answer = client.call(method, params);
        assert!(answer.is_object(), "{method}");
        fields(&answer, &mut answered);
    }
    // Documented in a sentence.
    let in_words = ["variables", "defaults"].map(str::to_owned);
    let undocumented: Vec<&String> = answered.iter().filter(|field| !documented.contains(*field) && !in_words.contains(field)).collect();
    let unanswered: Vec<&String> = documented.iter().filter(|field| !answered.contains(*field)).collect();
    assert_eq!((undocumented, unanswered), (Vec::<&String>::new(), Vec::<&String>::new()));
}

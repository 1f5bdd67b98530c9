//! Playbooks as people write them for a Kubespray cluster with dedicated etcd hosts: what will fail, and what must be left alone.

use std::collections::BTreeSet;

use hostwise_analysis::{Settings, Token, Workspace};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

const INVENTORY: &str = "\
#- /w/hosts.yaml
kube_control_plane: {hosts: {cp: }}
kube_node: {hosts: {worker: }}
etcd: {hosts: {db: }}
k8s_cluster: {children: {kube_control_plane: , kube_node: }}
#- /w/group_vars/all.yml
x: 1
";

/// What is found of tools in the playbook and the files after it, as `line: message up to the bracket`, the line one-based.
fn found(fixture: &str) -> Vec<String> {
    let fixture = Fixture::parse(&format!("{INVENTORY}#- /w/site.yml\n{fixture}"), "/w/site.yml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let workspace = Workspace::new(files, BTreeSet::new(), Settings::default());
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let of_file = found.iter().flat_map(|(path, diagnostics)| {
        let text = fixture.files.iter().find(|file| file.path == **path).map_or("", |file| file.text.as_str());
        let of_tools = diagnostics.iter().filter(|diagnostic| matches!(diagnostic.code, "tool-not-installed" | "host-pattern-unknown"));
        of_tools.map(|diagnostic| {
            let line = text[..diagnostic.range.start as usize].matches('\n').count() + 1;
            format!("{line}: {}", diagnostic.message.split(" (").next().unwrap_or_default())
        })
    });
    of_file.collect()
}

#[track_caller]
fn check(playbook: &str, expected: &[&str]) {
    assert_eq!(found(playbook), expected, "{playbook}");
}

#[test]
fn health_checks() {
    check(
        "\
- name: Check the runtime on every node
  hosts: all
  become: true
  tasks:
    - name: containerd answers
      ansible.builtin.command: \"{{ bin_dir }}/crictl info\"
      changed_when: false
    - name: etcd answers
      ansible.builtin.command:
        cmd: \"{{ bin_dir }}/etcdctl endpoint health\"
      environment:
        ETCDCTL_CACERT: /etc/ssl/etcd/ssl/ca.pem
      when: inventory_hostname in groups['etcd']
      changed_when: false
",
        &["6: crictl is not installed on db"],
    );
    check(
        "\
- hosts: all
  gather_facts: false
  tasks:
    - name: kubelet is up
      ansible.builtin.systemd: {name: kubelet, state: started}
    - name: containerd is up
      ansible.builtin.shell: systemctl is-active containerd || true
    - name: ready
      ansible.builtin.command: kubectl get --raw /readyz
      delegate_to: \"{{ groups['kube_control_plane'][0] }}\"
      run_once: true
",
        &["5: the service kubelet is not installed on db"],
    );
    check(
        "\
- hosts: all
  tasks:
    - name: Look for the tool
      ansible.builtin.stat: {path: \"{{ bin_dir }}/nerdctl\"}
      register: tool
    - name: Images
      ansible.builtin.command: \"{{ bin_dir }}/nerdctl images\"
      when: tool.stat.exists
    - name: Pods
      ansible.builtin.shell: |
        set -euo pipefail
        crictl pods -q | wc -l
      args: {executable: /bin/bash}
      when: \"'k8s_cluster' in group_names\"
",
        &[],
    );
    check(
        "\
- hosts: kube_node
  tasks:
    - ansible.builtin.command: kubectl get node {{ inventory_hostname }} -o name
- hosts: kube_node
  tasks:
    - ansible.builtin.command: kubectl get node {{ inventory_hostname }} -o name
      delegate_to: \"{{ groups['kube_control_plane'] | first }}\"
    - ansible.builtin.command: kubectl --kubeconfig /etc/kubernetes/kubelet.conf get nodes
      ignore_errors: true
",
        &["3: kubectl is not installed on worker"],
    );
    check(
        "\
- hosts: etcd:kube_control_plane
  tasks:
    - name: Members
      ansible.builtin.shell: \"{{ bin_dir }}/etcdctl member list | grep -c started\"
    - name: Health everywhere
      ansible.builtin.shell: set -o pipefail && {{ bin_dir }}/etcdctl endpoint health --cluster 2>&1 | grep -v unhealthy
      args: {executable: /bin/bash}
",
        &["6: etcdctl is not installed on cp"],
    );
}

#[test]
fn upgrades_and_maintenance() {
    check(
        "\
- name: Drain and update one after the other
  hosts: k8s_cluster:etcd
  serial: 1
  tasks:
    - name: Drain
      ansible.builtin.command: kubectl drain {{ inventory_hostname }} --ignore-daemonsets
      delegate_to: \"{{ groups['kube_control_plane'][0] }}\"
      when: inventory_hostname in groups['k8s_cluster']
    - name: Stop the kubelet
      ansible.builtin.service: {name: kubelet, state: stopped}
    - name: Update packages
      ansible.builtin.apt: {upgrade: dist}
    - name: Start the kubelet
      ansible.builtin.service: {name: kubelet, state: started}
      when: inventory_hostname not in groups['etcd']
",
        &["10: the service kubelet is not installed on db"],
    );
    check(
        "\
- hosts: all
  tasks:
    - name: Move the data of containerd
      block:
        - ansible.builtin.systemd: {name: containerd, state: stopped}
        - ansible.builtin.command: rsync -a /var/lib/containerd/ /data/containerd/
        - ansible.builtin.systemd: {name: containerd, state: started}
      rescue:
        - ansible.builtin.systemd: {name: containerd, state: started}
",
        &[],
    );
    check(
        "\
- hosts: all
  tasks:
    - name: Restart what uses the proxy
      ansible.builtin.systemd: {name: \"{{ item }}\", state: restarted}
      loop: [containerd, kubelet]
    - name: Reload
      ansible.builtin.command: systemctl restart containerd
      when: inventory_hostname in groups.etcd
",
        &["4: the service containerd is not installed on db", "7: the service containerd is not installed on db"],
    );
    check(
        "\
- hosts: all
  handlers:
    - name: Restart containerd
      ansible.builtin.systemd: {name: containerd, state: restarted}
  tasks:
    - name: Registry
      ansible.builtin.template: {src: hosts.toml.j2, dest: /etc/containerd/certs.d/r/hosts.toml}
      notify: Restart containerd
    - name: Renew the certificate of the registry
      ansible.builtin.command: update-ca-certificates
      notify: Restart containerd
",
        &["4: the service containerd is not installed on db"],
    );
    check(
        "\
- hosts: kube_control_plane
  tasks:
    - ansible.builtin.command: kubeadm certs check-expiration
    - ansible.builtin.command: k8s-certs-renew.sh
      when: renew | default(false)
- hosts: kube_node
  tasks:
    - ansible.builtin.command: kubeadm upgrade node
- hosts: etcd
  tasks:
    - ansible.builtin.command: kubeadm certs renew etcd-server
",
        &["11: kubeadm is not installed on db"],
    );
}

#[test]
fn backups() {
    check(
        "\
- name: Back up etcd
  hosts: etcd[0]
  vars: {backup_dir: /var/backups/etcd}
  tasks:
    - ansible.builtin.file: {path: \"{{ backup_dir }}\", state: directory}
    - ansible.builtin.command: >-
        {{ bin_dir }}/etcdctl --endpoints=https://127.0.0.1:2379 snapshot save {{ backup_dir }}/s.db
      environment: {ETCDCTL_API: '3'}
    - ansible.builtin.command: etcdutl snapshot status {{ backup_dir }}/s.db
    - ansible.builtin.fetch: {src: \"{{ backup_dir }}/s.db\", dest: backups/}
",
        &[],
    );
    check(
        "\
- hosts: kube_control_plane[0]
  tasks:
    - ansible.builtin.command: \"{{ bin_dir }}/etcdctl snapshot save /tmp/s.db\"
    - ansible.builtin.shell: sudo -n kubectl get all -A -o yaml > /tmp/all.yml
",
        &["3: etcdctl is not installed on cp"],
    );
    check(
        "\
- hosts: etcd
  tasks:
    - name: Save with the tool in the container of etcd
      ansible.builtin.shell: nerdctl exec etcd etcdctl snapshot save /tmp/s.db || exit 1
    - name: Or with docker
      community.docker.docker_container_exec: {container: etcd1, command: etcdctl snapshot save /tmp/s.db}
",
        &["4: nerdctl is not installed on db", "6: docker is not installed on db"],
    );
    check(
        "\
- hosts: etcd
  tasks:
    - ansible.builtin.script: snapshot.sh
    - ansible.builtin.script: images.sh --all
#- /w/files/snapshot.sh
#!/bin/sh
set -e
etcdctl snapshot save /tmp/s.db
#- /w/files/images.sh
#!/bin/bash
set -euo pipefail
crictl images -q | sort
if [ -n \"$1\" ]; then exit 0; fi
",
        &["4: crictl is not installed on db"],
    );
    check(
        "\
- hosts: etcd
  tasks:
    - ansible.builtin.script: images.py
    - ansible.builtin.script: list.sh
    - ansible.builtin.script: guarded.sh
    - ansible.builtin.script: {cmd: plain.sh, creates: /tmp/x}
#- /w/files/images.py
#!/usr/bin/python3
import os
#- /w/files/list.sh
#!/bin/sh
crictl images
echo done
#- /w/files/guarded.sh
#!/bin/sh
set -e
if ! command -v crictl; then exit 0; fi
crictl images
#- /w/files/plain.sh
#!/bin/sh
crictl images
",
        &[],
    );
}

#[test]
fn images() {
    check(
        "\
- name: Pull what the application needs before it is deployed
  hosts: all
  vars:
    images: [docker.io/library/nginx:1.27, docker.io/library/redis:7]
  tasks:
    - ansible.builtin.command: nerdctl -n k8s.io pull {{ item }}
      loop: [docker.io/library/nginx:1.27]
    - ansible.builtin.command: crictl pull {{ item }}
      loop: \"{{ images }}\"
    - ansible.builtin.command: ctr -n k8s.io images import /tmp/app.tar
",
        &["6: nerdctl is not installed on db", "8: crictl is not installed on db", "10: ctr is not installed on db"],
    );
    check(
        "\
- hosts: k8s_cluster
  tasks:
    - ansible.builtin.command: nerdctl -n k8s.io pull nginx
    - ansible.builtin.command: docker pull nginx
      when: container_manager == 'docker'
    - ansible.builtin.command: crictl rmi --prune
    - ansible.builtin.shell: docker images -q | xargs -r docker rmi || true
",
        &[],
    );
    check(
        "\
- hosts: kube_node
  tasks:
    - community.docker.docker_image: {name: nginx, source: pull}
",
        &["3: docker is not installed on worker"],
    );
    check(
        "\
- hosts: kube_node
  roles: [geerlingguy.docker]
  tasks:
    - community.docker.docker_image: {name: nginx, source: pull}
",
        &[],
    );
    check(
        "\
- hosts: kube_node
  tasks:
    - ansible.builtin.apt: {name: [docker.io]}
    - community.docker.docker_image: {name: nginx, source: pull}
",
        &[],
    );
}

#[test]
fn what_is_done_after_an_installation() {
    check(
        "\
- import_playbook: cluster.yml
- name: Applications
  hosts: kube_control_plane[0]
  tasks:
    - kubernetes.core.helm: {name: ingress, chart_ref: x/y, release_namespace: z}
    - ansible.builtin.command: kubectl apply -f /tmp/app.yml
",
        &[],
    );
    check(
        "\
- hosts: kube_control_plane[0]
  tasks:
    - kubernetes.core.helm: {name: ingress, chart_ref: x/y, release_namespace: z}
    - kubernetes.core.k8s: {src: /tmp/app.yml}
    - ansible.builtin.shell: |
        helm repo add x https://x
        helm upgrade --install a x/a
",
        &["3: helm is not installed on cp", "6: helm is not installed on cp"],
    );
    check(
        "\
- hosts: localhost
  connection: local
  tasks:
    - ansible.builtin.command: kubectl get nodes
    - kubernetes.core.helm: {name: a, chart_ref: b, release_namespace: c}
- hosts: kube_node
  tasks:
    - ansible.builtin.command: kubectl label node {{ inventory_hostname }} a=b
      delegate_to: localhost
    - local_action: ansible.builtin.command kubectl get nodes
    - ansible.builtin.command: kubectl get nodes
      connection: local
",
        &[],
    );
    check(
        "\
- hosts: all
  tasks:
    - ansible.builtin.get_url: {url: https://x/yq, dest: /usr/local/bin/yq, mode: '0755'}
    - ansible.builtin.command: yq --version
    - ansible.builtin.command: helm version
      tags: [never, debug]
    - ansible.builtin.command: helm version
      when: helm_enabled
    - ansible.builtin.command: /opt/tools/helm version
    - ansible.builtin.command: helm version
      check_mode: true
",
        &[],
    );
    check(
        "\
- hosts: kube_nodes
  tasks:
    - ansible.builtin.command: crictl ps
- hosts: all:!etcd
  tasks:
    - ansible.builtin.command: crictl ps
- hosts: all:&etcd
  tasks:
    - ansible.builtin.command: crictl ps
",
        &["1: no group and no host is called kube_nodes: kube_node is", "9: crictl is not installed on db"],
    );
    check(
        "\
- hosts: all
  strategy: free
  any_errors_fatal: true
  tasks:
    - name: Wait for the API
      ansible.builtin.command: kubectl get --raw /healthz
      register: api
      until: api.rc == 0
      retries: 30
      when: inventory_hostname == groups['kube_control_plane'][0]
    - name: Cluster information
      block:
        - ansible.builtin.command: kubectl cluster-info
          delegate_to: cp
          run_once: true
        - ansible.builtin.command: kubectl get pods -A
          delegate_to: worker
          run_once: true
",
        &["16: kubectl is not installed on worker"],
    );
    check(
        "\
- hosts: all
  tasks:
    - ansible.builtin.include_tasks: \"{{ ansible_facts.os_family }}.yml\"
    - ansible.builtin.command: crictl ps
- hosts: etcd
  tasks:
    - ansible.builtin.set_fact: {tool: crictl}
    - ansible.builtin.command: \"{{ tool }} ps\"
    - ansible.builtin.shell: \"{{ tool }} ps; crictl ps | tail -1\"
",
        &[],
    );
}

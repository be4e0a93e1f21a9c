//! The files that a configuration names.

use std::path::PathBuf;

use crate::{Config, EngineTls, TlsFiles};

impl Config {
    /// Every file that the configuration names, with the path of its key: a program that cannot read one of them had
    /// better say so before it starts. Certificates of a controller without TLS are left out.
    #[must_use]
    pub fn files(&self) -> Vec<(String, PathBuf)> {
        let ssl = self.controller.ssl;
        let mut files = Files(Vec::new());
        files.add(
            "controller.ssl_cert",
            self.controller.ssl_cert.as_ref().filter(|_| ssl),
        );
        files.add(
            "controller.ssl_key",
            self.controller.ssl_key.as_ref().filter(|_| ssl),
        );
        files.add("nats.credentials", self.nats.credentials.as_ref());
        for (section, tls) in self.server_tls() {
            files.server(section, tls);
        }
        files.add("docker.config_json", self.docker.config_json.as_ref());
        files.add("docker.ssh_config", self.docker.ssh_config.as_ref());
        files.engine("docker.tls", self.docker.tls.as_ref());
        for (at, host) in self.hosts.iter().enumerate() {
            files.engine(&format!("hosts[{at}].tls"), host.tls.as_ref());
        }
        files.0
    }

    /// The files for TLS of each server that is named, with the path of their section.
    pub fn server_tls(&self) -> impl Iterator<Item = (&'static str, &TlsFiles)> {
        let sections = [
            ("database.tls", self.database.tls.as_ref()),
            ("nats.tls", self.nats.tls.as_ref()),
            ("redis_tls", self.redis_tls.as_ref()),
        ];
        sections
            .into_iter()
            .filter_map(|(section, files)| Some((section, files?)))
    }
}

struct Files(Vec<(String, PathBuf)>);

impl Files {
    /// A file that several keys name is looked at once, for the first of them.
    fn add(&mut self, key: &str, file: Option<&PathBuf>) {
        if let Some(file) = file
            && !self.0.iter().any(|(_, known)| known == file)
        {
            self.0.push((key.to_owned(), file.clone()));
        }
    }

    fn server(&mut self, section: &str, TlsFiles { ca, cert, key }: &TlsFiles) {
        self.tls(section, [ca.as_ref(), cert.as_ref(), key.as_ref()]);
    }

    fn engine(&mut self, section: &str, files: Option<&EngineTls>) {
        if let Some(EngineTls { ca, cert, key }) = files {
            self.tls(section, [Some(ca), Some(cert), Some(key)]);
        }
    }

    fn tls(&mut self, section: &str, files: [Option<&PathBuf>; 3]) {
        for (key, file) in ["ca", "cert", "key"].into_iter().zip(files) {
            self.add(&format!("{section}.{key}"), file);
        }
    }
}

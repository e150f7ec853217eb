//! A real nginx with the configuration that `docs/deploy` gives.

/// nginx as `docs/deploy` has it, in front of some consoles.
pub struct Nginx {
    pub address: String,
    _folder: tempfile::TempDir,
    running: std::process::Child,
}

impl Nginx {
    /// None where it is not installed, which is said.
    pub fn before(consoles: &[&str]) -> Option<Nginx> {
        let folder = tempfile::tempdir().unwrap();
        let free = std::iter::repeat_with(|| std::net::TcpListener::bind(("127.0.0.1", rand::random_range(10_000..32_000))));
        let address = free.filter_map(Result::ok).next().unwrap().local_addr().unwrap().to_string();
        let served = include_str!("../../../docs/deploy/nginx.conf");
        let mut site = String::new();
        for line in served.lines() {
            match line.trim_start() {
                text if text.starts_with("ssl_certificate") || text.starts_with("server 127.0.0.1:3002") => {}
                text if text.starts_with("server 127.0.0.1:3001") => {
                    consoles.iter().for_each(|console| site += &format!("{}\n", text.replace("127.0.0.1:3001", console)));
                }
                text => site += &format!("{}\n", text.replace("listen 443 ssl", &format!("listen {address}"))),
            }
        }
        let head = "daemon off; error_log stderr crit; pid nginx.pid; events { worker_connections 4096; }\nhttp { access_log off;\n";
        std::fs::write(folder.path().join("nginx.conf"), format!("{head}{site}}}\n")).unwrap();
        let running = std::process::Command::new("nginx").arg("-p").arg(folder.path()).args(["-c", "nginx.conf"]).spawn();
        let Ok(running) = running else {
            assert!(std::env::var_os("CI").is_none(), "nginx is not installed: apt-get install nginx-light");
            super::skipped("nginx is not installed, so no real proxy was tried (apt-get install nginx-light)");
            return None;
        };
        Some(Nginx { address, _folder: folder, running })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked, for only then do its workers end with it.
        let _ = std::process::Command::new("kill").arg(self.running.id().to_string()).status();
        let _ = self.running.wait();
    }
}

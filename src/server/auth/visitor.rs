//! Where a request comes from. Behind a proxy that is trusted, its `X-Forwarded-For` says so; anybody else's says nothing.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The address of who asks: `peer`, or the last one in front of the proxies that are trusted.
pub fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|net| net.contains(address));
    let mut address = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).rev();
    for hop in lines.flat_map(|line| line.rsplit(',')) {
        if !trusted(&address) {
            break;
        }
        // What is no address was written by nobody whom we trust.
        let Some(before) = parsed(hop.trim()) else { break };
        address = before;
    }
    address
}

/// What counts as one address where somebody's are counted: who has one of IPv6 has a whole network of them.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// An address, with or without a port.
fn parsed(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_a_trusted_proxys_word_counts() {
        let seen = |peer: &str, proxies: &[&str], lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let proxies: Vec<IpNet> = proxies.iter().map(|net| net.parse().unwrap()).collect();
            address(peer.parse().unwrap(), &headers, &proxies).to_string()
        };
        let inner = ["10.0.0.0/8"];
        assert_eq!(seen("192.0.2.9", &[], &["192.0.2.1"]), "192.0.2.9", "nobody is trusted");
        assert_eq!(seen("192.0.2.9", &inner, &["192.0.2.1"]), "192.0.2.9", "a stranger is not");
        assert_eq!(seen("10.0.0.1", &inner, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen("::ffff:10.0.0.1", &inner, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &inner, &["1.2.3.4, 192.0.2.1, 10.0.0.2"]), "192.0.2.1", "what stands before it is made up");
        assert_eq!(seen("10.0.0.1", &inner, &["1.2.3.4", "192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &inner, &["192.0.2.1, unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &inner, &["192.0.2.1:4711"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &inner, &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &inner, &[]), "10.0.0.1");
    }
}

package intercept

// Env returns variables in the form KEY=VALUE for a child process. With these variables, the
// process uses the proxy and trusts the certificates in the file bundle. Connections to this
// machine, such as the callback of a sign-in, do not use the proxy.
//
// HTTPS_PROXY contains the proxy's token. Do not log the values or put them on a command line.
func (p *Proxy) Env(bundle string) []string {
	address := p.proxy.Address(p.addr)
	const local = "127.0.0.1,localhost"
	return []string{
		"HTTPS_PROXY=" + address, "https_proxy=" + address, // each program reads one or the other
		"NO_PROXY=" + local, "no_proxy=" + local,
		"SSL_CERT_FILE=" + bundle, "AWS_CA_BUNDLE=" + bundle, "REQUESTS_CA_BUNDLE=" + bundle,
		"NODE_EXTRA_CA_CERTS=" + bundle, "CURL_CA_BUNDLE=" + bundle,
	}
}

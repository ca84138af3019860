package intercept

// Env returns the variables, as KEY=VALUE, that bring a child process to the
// proxy and make it trust the certificates of the file bundle. HTTPS_PROXY holds
// the token of the proxy: keep the values out of logs and of command lines. The
// child's connections to this machine, such as the answer of a sign-in, pass the
// proxy by.
func (p *Proxy) Env(bundle string) []string {
	address := p.proxy.Address(p.addr)
	const local = "127.0.0.1,localhost"
	return []string{
		"HTTPS_PROXY=" + address, "https_proxy=" + address, // programs differ in which one they read
		"NO_PROXY=" + local, "no_proxy=" + local,
		"SSL_CERT_FILE=" + bundle, "AWS_CA_BUNDLE=" + bundle, "REQUESTS_CA_BUNDLE=" + bundle,
		"NODE_EXTRA_CA_CERTS=" + bundle, "CURL_CA_BUNDLE=" + bundle,
	}
}

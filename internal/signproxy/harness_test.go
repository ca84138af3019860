package signproxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/internal/opclass"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The real credentials of the tests.
const (
	realKey    = "ASIAREALREALREALREAL"
	realSecret = "real-secret-real-secret-real-secret-rea"
	realToken  = "real-session-token"
)

// A fake is a server that stands for all hosts of AWS. It checks the signature of each request
// and remembers the request.
type fake struct {
	*httptest.Server
	roots *x509.CertPool
	reply func(w http.ResponseWriter, r *http.Request)

	mu   sync.Mutex
	seen []received
}

// A received is a request that the server has got.
type received struct {
	host, method, uri string
	header            http.Header
	body              string
	good              bool // the signature
}

func startFake(t testing.TB) *fake {
	t.Helper()
	f := &fake{roots: x509.NewCertPool()}
	ca, err := newAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f.roots.AddCert(ca.cert)
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.TLS = &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return ca.leaf(hello.ServerName) }}
	f.StartTLS()
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path, query, _ := strings.Cut(r.RequestURI, "?")
	got := received{host: r.Host, method: r.Method, uri: r.RequestURI, header: r.Header, body: string(body)}
	if s, err := parseSignature(r.Header); err == nil && s.keyID == realKey && r.Header.Get(amzToken) == realToken {
		m := message{method: r.Method, host: r.Host, path: path, query: query, header: r.Header, length: r.ContentLength, hash: r.Header.Get(contentHash)}
		if m.hash == "" {
			m.hash = hashOf(body)
		}
		_, got.good = m.verify(s, realSecret)
		if isHash(m.hash) && m.hash != hashOf(body) {
			got.good = false
		}
	}
	f.mu.Lock()
	f.seen = append(f.seen, got)
	f.mu.Unlock()
	if f.reply != nil {
		f.reply(w, r)
	}
}

// take returns the requests since the last call.
func (f *fake) take() []received {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen
	f.seen = nil
	return seen
}

// transport returns a transport that connects to the server for all hosts.
func (f *fake) transport() *http.Transport {
	return &http.Transport{
		DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: f.roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, f.Listener.Addr().String())
		},
	}
}

// A setup is a running proxy with a server behind it.
type setup struct {
	*Proxy
	fake   *fake
	client *http.Client
	calls  []Call
	mu     sync.Mutex
}

func start(t testing.TB, via Way, rules string, change ...func(*Config)) *setup {
	t.Helper()
	s := &setup{fake: startFake(t)}
	parsed, err := opclass.Parse(rules)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Rules: parsed, Via: via, Account: "111122223333", Transport: s.fake.transport(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Credentials: func(context.Context) (ssocache.Credentials, error) {
			return ssocache.Credentials{AccessKeyID: realKey, SecretAccessKey: secret.New(realSecret), SessionToken: secret.New(realToken), AccountID: "111122223333"}, nil
		},
		Record: func(c Call) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.calls = append(s.calls, c)
			return nil
		},
	}
	for _, f := range change {
		f(&c)
	}
	if s.Proxy, err = Start(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.client = s.clientOf(t)
	return s
}

// clientOf returns the HTTP client of a child.
func (s *setup) clientOf(t testing.TB) *http.Client {
	t.Helper()
	env, err := s.Env(t.TempDir(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	for _, kv := range env {
		switch kv[0] {
		case "HTTPS_PROXY":
			u, err := url.Parse(kv[1])
			if err != nil {
				t.Fatal(err)
			}
			tr.Proxy = http.ProxyURL(u)
		case "AWS_CA_BUNDLE":
			pem, err := os.ReadFile(kv[1])
			if err != nil {
				t.Fatal(err)
			}
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(pem)
			tr.TLSClientConfig = &tls.Config{RootCAs: roots}
		}
	}
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// An ask is a request to send, and how to sign it.
type ask struct {
	method, url, body string
	service, region   string
	header            []string // "Name: value"
	key, secret       string   // "" means the placeholder keys
}

// request returns the signed request.
func (s *setup) request(t testing.TB, a ask) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), a.method, a.url, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range a.header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	hash := hashOf([]byte(a.body))
	if strings.HasPrefix(a.service, "s3") {
		if r.Header.Get(contentHash) == "" {
			r.Header.Set(contentHash, hash)
		}
		hash = r.Header.Get(contentHash)
	}
	keys := aws.Credentials{AccessKeyID: a.key, SecretAccessKey: a.secret}
	if a.key == "" {
		keys.AccessKeyID = s.keyID
	}
	if a.secret == "" {
		keys.SecretAccessKey = s.secret.Reveal()
	}
	region := a.region
	if region == "" {
		region = "eu-west-1"
	}
	raw := r.URL.RawQuery
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, r, hash, a.service, region, time.Now(), func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = strings.HasPrefix(a.service, "s3")
	}); err != nil {
		t.Fatal(err)
	}
	r.URL.RawQuery = raw
	return r
}

// do sends a request, and returns the reply and what has arrived at the server.
func (s *setup) do(t testing.TB, r *http.Request) (status int, body string, header http.Header, seen []received) {
	t.Helper()
	resp, err := s.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header, s.fake.take()
}

// last returns the last call that was recorded.
func (s *setup) last() Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) == 0 {
		return Call{}
	}
	return s.calls[len(s.calls)-1]
}

// The requests of the tests. In the ways, the host of a URL is replaced.
func form(action, version string) ask {
	return ask{method: "POST", body: "Action=" + action + "&Version=" + version, header: []string{"Content-Type: application/x-www-form-urlencoded; charset=utf-8"}}
}

func jsonTo(name string) ask {
	return ask{method: "POST", body: "{}", header: []string{"Content-Type: application/x-amz-json-1.0", "X-Amz-Target: " + name}}
}

func (a ask) to(url, service, region string) ask {
	a.url, a.service, a.region = url, service, region
	return a
}

func (a ask) with(header ...string) ask {
	a.header = slices.Concat(a.header, header)
	return a
}

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/internal/opclass"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signproxy"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// signingRuns is how often each request of the signing proxy runs.
const signingRuns = 300

// serviceDelays are the times that the service takes for a request.
var serviceDelays = [...]time.Duration{0, 20 * time.Millisecond}

// A path is a way of a signed request to the service.
type path struct {
	name   string
	client *http.Client
	url    string
	keys   aws.Credentials
	took   []time.Duration
}

// signing measures what the proxy of "exec --allow" adds to a request on an open connection.
func signing(out *report, dir string) error {
	fmt.Fprintf(out, "\nThe signing proxy: medians of %d requests, on open connections\n", signingRuns)
	fmt.Fprintf(out, "%-34s %12s %10s\n", "", "time", "x direct")
	for _, delay := range serviceDelays {
		paths, stop, err := signingPaths(dir, delay)
		if err != nil {
			stop()
			return err
		}
		runs := signingRuns
		if delay > 0 {
			runs /= 3
		}
		for range runs { // in turn
			for _, p := range paths {
				if err := p.ask(); err != nil {
					stop()
					return fmt.Errorf("%s: %w", p.name, err)
				}
			}
		}
		stop()
		direct := median(paths[0].took)
		for _, p := range paths {
			m := median(p.took)
			if p != paths[0] {
				out.info(fmt.Sprintf("signing proxy: %s, service takes %s", p.name, delay), fmt.Sprintf("%.2f x direct", float64(m)/float64(direct)))
			}
			fmt.Fprintf(out, "%-34s %12s %10.2f\n", fmt.Sprintf("%s, service takes %s", p.name, delay), m.Round(time.Microsecond), float64(m)/float64(direct))
		}
	}
	return nil
}

// signingPaths starts a service and the proxies in front of it. Call stop also after an error.
func signingPaths(dir string, delay time.Duration) (paths []*path, stop func(), err error) {
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(delay)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, `{"TableNames":[]}`)
	}))
	stops := []func(){service.Close}
	stop = func() {
		for _, f := range slices.Backward(stops) {
			f()
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(service.Certificate())
	toService := func() *http.Transport {
		return &http.Transport{
			DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, service.Listener.Addr().String())
			},
		}
	}
	const host = "https://dynamodb.eu-west-1.amazonaws.com/"
	role := aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}
	paths = append(paths, &path{name: "direct", client: &http.Client{Transport: toService()}, url: host, keys: role})
	rules, err := opclass.Parse("read")
	if err != nil {
		return nil, stop, err
	}
	for via, name := range [...]string{signproxy.ViaProxy: "HTTPS_PROXY", signproxy.ViaEndpoint: "AWS_ENDPOINT_URL"} {
		via := signproxy.Way(via) //nolint:gosec // there are two ways
		p, err := signproxy.Start(context.Background(), signproxy.Config{
			Rules: rules, Via: via, Transport: toService(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Credentials: func(context.Context) (ssocache.Credentials, error) {
				return ssocache.Credentials{AccessKeyID: role.AccessKeyID, SecretAccessKey: secret.New(role.SecretAccessKey), SessionToken: secret.New(role.SessionToken)}, nil
			},
		})
		if err != nil {
			return nil, stop, err
		}
		stops = append(stops, p.Close)
		env, err := p.Env(dir, "", "")
		if err != nil {
			return nil, stop, err
		}
		id, key := p.Keys()
		way := &path{name: name, url: "http://" + p.Addr() + "/", keys: aws.Credentials{AccessKeyID: id, SecretAccessKey: key.Reveal()}}
		t := &http.Transport{DisableCompression: true}
		if via == signproxy.ViaProxy {
			way.url = host
			if err := useProxy(t, env); err != nil {
				return nil, stop, err
			}
		}
		way.client = &http.Client{Transport: t}
		paths = append(paths, way)
	}
	return paths, stop, nil
}

// useProxy sets the proxy and the certificates of a child's environment.
func useProxy(t *http.Transport, env [][2]string) error {
	for _, kv := range env {
		switch kv[0] {
		case "HTTPS_PROXY":
			u, err := url.Parse(kv[1])
			if err != nil {
				return err
			}
			t.Proxy = http.ProxyURL(u)
		case "AWS_CA_BUNDLE":
			pem, err := os.ReadFile(kv[1])
			if err != nil {
				return err
			}
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM(pem)
			t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		}
	}
	return nil
}

// ask sends a signed request, and remembers how long the reply took.
func (p *path) ask() error {
	start := time.Now()
	body := []byte("{}")
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(context.Background(), p.keys, r, hex.EncodeToString(sum[:]), "dynamodb", "eu-west-1", start); err != nil {
		return err
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %s", resp.StatusCode, strings.TrimSpace(string(answer)))
	}
	p.took = append(p.took, time.Since(start))
	return nil
}

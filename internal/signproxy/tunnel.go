package signproxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// Dial returns a function that connects to hosts that are not AWS's, for [Config.Tunnel]. It uses
// the proxy that proxyFor returns, if any. It does not connect to addresses of this machine, or of
// the metadata service of an instance.
func Dial(proxyFor func(*http.Request) (*url.URL, error)) func(ctx context.Context, addr string) (net.Conn, error) {
	outside := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if ip := ap.Addr().Unmap(); ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast() {
			return fmt.Errorf("the address %s is not outside of this machine", ip)
		}
		return nil
	}}
	return func(ctx context.Context, addr string) (net.Conn, error) {
		proxy, err := proxyFor(&http.Request{URL: &url.URL{Scheme: "https", Host: addr}})
		if err != nil {
			return nil, err
		}
		if proxy == nil {
			return outside.DialContext(ctx, "tcp", addr)
		}
		return through(ctx, proxy, addr)
	}
}

// through opens a tunnel to an address through another proxy.
func through(ctx context.Context, proxy *url.URL, addr string) (net.Conn, error) {
	host := proxy.Host
	if proxy.Port() == "" {
		host = net.JoinHostPort(proxy.Hostname(), map[string]string{"https": "443"}[proxy.Scheme]+map[string]string{"http": "80"}[proxy.Scheme])
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	if proxy.Scheme == "https" {
		secure := tls.Client(conn, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		conn = secure
	}
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	err = req.Write(conn)
	if err == nil {
		var resp *http.Response
		resp, err = http.ReadResponse(bufio.NewReaderSize(onlyByte{conn}, 16), req) //nolint:bodyclose // the body is the tunnel
		if err == nil && resp.StatusCode != http.StatusOK {
			err = errors.New("the proxy of the environment answers " + resp.Status)
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, nil
}

// An onlyByte reads single bytes, so that a buffered reader does not read beyond the reply.
type onlyByte struct{ io.Reader }

func (r onlyByte) Read(b []byte) (int, error) { return r.Reader.Read(b[:min(1, len(b))]) }

// join copies between two connections until both directions have ended.
func join(a, b net.Conn) {
	var both sync.WaitGroup
	pipe := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		} else {
			_ = to.Close()
		}
	}
	both.Go(func() { pipe(a, b) })
	both.Go(func() { pipe(b, a) })
	both.Wait()
	_ = a.Close()
	_ = b.Close()
}

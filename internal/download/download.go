// Package download gets files of a team by https: a list of accounts, or rules for profiles. The
// callers compare the content with a pinned checksum.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// timeout is the longest time for a file.
const timeout = 30 * time.Second

// Get returns the content of the https URL, which may have up to limit bytes. It follows redirects
// only to https, and does not tell a server from which URL it was redirected. Errors do not contain
// the URL, which may contain a password or a signature: see [Name].
func Get(ctx context.Context, client *http.Client, location string, limit int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return nil, withoutURL(err)
	}
	if req.URL.Scheme != "https" {
		return nil, errors.New("only https is allowed")
	}
	own := *client
	own.Jar, own.Timeout = nil, 0
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		r.Header.Del("Referer") // the URL before the redirect can be a secret of its server
		switch {
		case r.URL.Scheme != "https":
			return errors.New("it redirects to a URL without https")
		case len(via) >= 5:
			return errors.New("it redirects too often")
		}
		return nil
	}
	resp, err := own.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %s", resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	return data, err
}

// withoutURL returns an error without the URL in its text.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Name returns a location for messages. If the location is a URL, Name leaves out a password, the
// query and the fragment.
func Name(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return location
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

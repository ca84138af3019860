// Signature version 2, which two old services need. See
// https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/HMACAuth.html.

package call

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// signedV2 returns the request with a signature version 2, which is a part of the form in the body.
func (c *Client) signedV2(r *request, t target) (*request, error) {
	creds := c.keys()
	if creds.AccessKeyID == "" {
		return nil, errors.New("no credentials")
	}
	address, err := t.at(r.path)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return nil, err
	}
	added := [][2]string{
		{"AWSAccessKeyId", creds.AccessKeyID},
		{"SignatureVersion", "2"},
		{"SignatureMethod", "HmacSHA256"},
		{"Timestamp", c.now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	if token := creds.SessionToken.Reveal(); token != "" {
		added = append(added, [2]string{"SecurityToken", token})
	}
	var pairs []string
	for name, values := range form {
		pairs = append(pairs, escape(name, "")+"="+escape(strings.Join(values, ""), "")) // a form has each name once
	}
	body := string(r.body)
	for _, p := range added {
		pair := escape(p[0], "") + "=" + escape(p[1], "")
		pairs = append(pairs, pair)
		body += "&" + pair
	}
	slices.SortFunc(pairs, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
	mac := hmac.New(sha256.New, []byte(creds.SecretAccessKey.Reveal()))
	_, _ = mac.Write([]byte(r.method + "\n" + u.Host + "\n" + u.EscapedPath() + "\n" + strings.Join(pairs, "&"))) // a hash does not fail
	signed := *r
	signed.body = []byte(body + "&Signature=" + escape(base64.StdEncoding.EncodeToString(mac.Sum(nil)), ""))
	return &signed, nil
}

// Signatures other than that of a header: presigned URLs, and the old signature version 2.

package call

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// PresignGET returns a URL with which anybody can send the request with GET, until the given number
// of seconds has passed. Programs that use the URL must also send the headers. PresignGET sends no
// request. The URL has the same bytes as in the AWS CLI: [Client.Call] describes the errors.
//
// For operations of the query protocol, the URL contains the parameters of the operation.
func (c *Client) PresignGET(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, seconds int64, header http.Header) (string, error) {
	t, err := c.targetIn(c.regionFor(input), svc, op, input)
	if err != nil {
		return "", err
	}
	full := prepare(svc, op, input)
	if err := validate(op, full); err != nil {
		return "", err
	}
	r, err := serialize(svc, op, full)
	if err != nil {
		return "", err
	}
	query := r.rawQuery()
	if svc.Protocol == model.Query {
		query = string(r.body)
	}
	r.method, r.body, r.query, r.header = http.MethodGet, nil, nil, header
	req, err := r.http(ctx, t)
	if err != nil {
		return "", err
	}
	if t.regionSet != "" {
		return "", &AwayError{op.Name, "the URL needs the signature SigV4A"}
	}
	creds := c.keys()
	if creds.AccessKeyID == "" {
		return "", errors.New("no credentials")
	}
	keys := aws.Credentials{AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey.Reveal(), SessionToken: creds.SessionToken.Reveal()}
	req.URL.RawQuery = strings.TrimPrefix(query+"&X-Amz-Expires="+strconv.FormatInt(seconds, 10), "&")
	hash := unsignedPayload
	if svc.Name != "s3api" {
		hash = emptyHash
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, keys, req, hash, cmp.Or(svc.SigningName, svc.EndpointPrefix), t.region, c.now(), func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = svc.Name == "s3api"
	})
	if err != nil {
		return "", err
	}
	return inOrder(signed, query)
}

// The hashes of bodies in presigned requests.
const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	emptyHash       = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of ""
)

// inOrder returns the URL with the parameters in the order of the AWS CLI: those of the request, and
// then those of the signature. The order does not change the signature.
func inOrder(signed, query string) (string, error) {
	u, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	values := u.Query()
	for _, name := range []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Security-Token", "X-Amz-Signature",
	} {
		if values.Has(name) {
			query += "&" + name + "=" + escape(values.Get(name), "")
		}
	}
	u.RawQuery = strings.TrimPrefix(query, "&")
	return u.String(), nil
}

// The rest of this file is the signature version 2, which old services need. See
// https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/HMACAuth.html.

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

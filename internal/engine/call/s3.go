// S3: changes to inputs and outputs, as in the AWS CLI, and the sessions of S3 Express.

package call

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // S3 wants this hash of keys
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// prepareS3 changes the input of an operation of S3: it adds the hashes of encryption keys, and escapes the
// source of a copy.
func prepareS3(op *model.Operation, input *document.Object) error {
	switch op.Name {
	case "CopyObject", "UploadPartCopy":
		addKeyHash(input, "CopySourceSSECustomerKey")
		if source, ok := input.Get("CopySource"); ok {
			if text, ok := source.(string); ok {
				input.Set("CopySource", escapeSource(text))
			}
		}
		addKeyHash(input, "SSECustomerKey")
	case "HeadObject", "GetObject", "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "SelectObjectContent":
		addKeyHash(input, "SSECustomerKey")
	}
	if !slices.Contains([]string{"CopyObject", "PutObject", "CreateMultipartUpload"}, op.Name) {
		return nil
	}
	metadata, _ := input.Get("Metadata")
	o, _ := metadata.(*document.Object)
	for name, v := range o.All() {
		text, _ := v.(string)
		if !ascii(name) || !ascii(text) {
			return &InputError{op.Name, fmt.Sprintf("Non ascii characters found in S3 metadata for key \"%s\", value: \"%s\".  \n"+
				"S3 metadata can only contain ASCII characters. ", name, text)}
		}
	}
	return nil
}

func ascii(s string) bool { return !strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 }) }

// addKeyHash encodes an encryption key in base64, and adds its hash, unless the input has the hash.
func addKeyHash(input *document.Object, member string) {
	v, _ := input.Get(member)
	key, isText := v.(string)
	if _, given := input.Get(member + "MD5"); given || !isText {
		return
	}
	sum := md5.Sum([]byte(key)) //nolint:gosec // as above
	input.Set(member, base64.StdEncoding.EncodeToString([]byte(key)))
	input.Set(member+"MD5", base64.StdEncoding.EncodeToString(sum[:]))
}

// escapeSource escapes the bucket and the key of a copy's source, but not the version behind them.
func escapeSource(source string) string {
	const version = "?versionId="
	for i := range source {
		rest, ok := strings.CutPrefix(source[i:], version)
		if ok && rest != "" && !strings.ContainsAny(rest, " \t\n\v\f\r") {
			return escape(source[:i], "/") + source[i:]
		}
	}
	return escape(source, "/")
}

// errorInside reports whether S3 has replied with success, but sends an error. S3 begins the reply to some
// long operations before it knows the result.
func (r *reply) errorInside(svc *model.Service, op *model.Operation) bool {
	if svc.Name != "s3api" || r.status != 200 || op.Output == nil || !bytes.Contains(r.body[:min(len(r.body), 256)], []byte("<Error")) {
		return false
	}
	if m := op.Output.Shape.Member(op.Output.Shape.Payload); m != nil && (m.Shape.Kind == model.Blob || m.Shape.Kind == model.String) {
		return false
	}
	root, err := parseXML(r.body)
	return err == nil && root.name == "Error"
}

// keepExpires returns the text of the header Expires, if the output has this header. It removes the header
// from the reply if it is not a time.
func keepExpires(svc *model.Service, op *model.Operation, r *reply) (text string) {
	if svc.Name != "s3api" || op.Output == nil {
		return ""
	}
	m := op.Output.Shape.Member("Expires")
	if text = r.header.Get("Expires"); m == nil || m.Location != model.Header || text == "" {
		return ""
	}
	if _, err := new(parser).time(text); err != nil {
		r.header.Del("Expires")
	}
	return text
}

// lowerMetadata changes the names of metadata to lower case, as S3 sends them. Go's HTTP client does not keep
// the case of headers.
func lowerMetadata(op *model.Operation, out *document.Object) {
	if op.Output == nil {
		return
	}
	for _, m := range op.Output.Shape.Members {
		v, _ := out.Get(m.Name)
		metadata, ok := v.(*document.Object)
		if m.Location != model.Headers || !ok {
			continue
		}
		lower := new(document.Object)
		for name, text := range metadata.All() {
			lower.Set(strings.ToLower(name), text)
		}
		out.Set(m.Name, lower)
	}
}

// A bucketSession holds the keys for a directory bucket. The session signs the requests for the bucket.
type bucketSession struct {
	keys Credentials
	end  time.Time
}

// sessionMargin is the time before the end of a session in which the client gets a new one.
const sessionMargin = time.Minute

// sessionFor returns keys for a directory bucket. The client keeps them until shortly before their end.
func (c *Client) sessionFor(ctx context.Context, svc *model.Service, bucket string) (Credentials, error) {
	c.mu.Lock()
	known, ok := c.sessions[bucket]
	c.mu.Unlock()
	if ok && c.now().Before(known.end.Add(-sessionMargin)) {
		return known.keys, nil
	}
	op, ok := svc.Operation("create-session")
	if !ok {
		return Credentials{}, errors.New("no operation CreateSession") // impossible: the tables have it
	}
	input := new(document.Object)
	input.Set("Bucket", bucket)
	out, err := c.Call(ctx, svc, op, input)
	if err != nil {
		return Credentials{}, err
	}
	v, _ := out.Get("Credentials")
	o, _ := v.(*document.Object)
	text := func(name string) string {
		v, _ := o.Get(name)
		s, _ := v.(string)
		return s
	}
	end, err := time.Parse(time.RFC3339, text("Expiration"))
	if text("AccessKeyId") == "" || text("SecretAccessKey") == "" || err != nil && c.TimeFormat != "wire" {
		return Credentials{}, fmt.Errorf("CreateSession for %s: the reply has no keys", bucket)
	}
	made := bucketSession{Credentials{text("AccessKeyId"), secret.New(text("SecretAccessKey")), secret.New(text("SessionToken"))}, end}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions == nil {
		c.sessions = make(map[string]bucketSession)
	}
	c.sessions[bucket] = made
	return made.keys, nil
}

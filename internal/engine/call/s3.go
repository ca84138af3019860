// Changes to the inputs and outputs of S3. They are those of the AWS CLI.

package call

import (
	"bytes"
	"crypto/md5" //nolint:gosec // S3 wants this hash of keys
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
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

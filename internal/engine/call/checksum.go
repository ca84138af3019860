// Checksums of requests. Some operations of S3 need one in a header.

package call

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // S3 offers this checksum, and the user chooses it
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// usualChecksum is the algorithm if the input names no algorithm.
const usualChecksum = "CRC32"

// CanChecksum reports whether the client can compute the checksum that the input asks for.
func CanChecksum(op *model.Operation, input *document.Object) bool {
	name, given := input.Get(op.Checksum)
	text, _ := name.(string)
	return !given || newChecksum(text) != nil
}

func newChecksum(name string) hash.Hash {
	switch name {
	case usualChecksum:
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "SHA1":
		return sha1.New() //nolint:gosec // as above
	case "SHA256":
		return sha256.New()
	}
	return nil
}

// addChecksum adds the checksum of the body to a request.
func (r *request) addChecksum(op *model.Operation, input *document.Object) error {
	if op.Checksum == "" {
		return nil
	}
	if escapesBreaks(op) {
		r.body = bytes.ReplaceAll(bytes.ReplaceAll(r.body, []byte("\r"), []byte("&#xD;")), []byte("\n"), []byte("&#xA;"))
	}
	v, given := input.Get(op.Checksum)
	name, _ := v.(string)
	if !given {
		name = usualChecksum
		if m := op.Input.Shape.Member(op.Checksum); m != nil {
			r.header.Set(m.Wire(), name)
		}
	}
	sum := newChecksum(name)
	if sum == nil {
		return &InputError{op.Name, "Unsupported checksum algorithm: " + strings.ToLower(name)}
	}
	_, _ = sum.Write(r.body) // a hash does not fail
	r.header.Set("X-Amz-Checksum-"+strings.ToLower(name), base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	return nil
}

// escapesBreaks reports whether the AWS CLI escapes line breaks in the body of an operation, because S3
// would change the keys of objects otherwise.
func escapesBreaks(op *model.Operation) bool {
	return op.Name == "DeleteObjects" || op.Name == "PutBucketLifecycleConfiguration"
}

// Checksums of requests. Some operations of S3 need one in a header.

package call

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // S3 offers this checksum, and the user chooses it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
)

// usualChecksum is the algorithm if the input names no algorithm.
const usualChecksum = "CRC64NVME"

// CanChecksum reports whether the client can compute the checksum that the input asks for.
func CanChecksum(op *model.Operation, input *document.Object) bool {
	name, given := checksumName(op, input)
	return !given || newChecksum(name) != nil
}

// crc64NVME is the polynomial of CRC-64/NVME, with its bits reversed.
const crc64NVME = 0x9a6c9329ac4bc9b5

func newChecksum(name string) hash.Hash {
	switch name {
	case "CRC32":
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "SHA1":
		return sha1.New() //nolint:gosec // as above
	case "SHA256":
		return sha256.New()
	case "SHA512":
		return sha512.New()
	case usualChecksum:
		return crc64.New(crc64.MakeTable(crc64NVME))
	}
	return nil
}

// addChecksum adds the checksum of the body to a request. If onlyNeeded is set, it adds no checksum unless
// the operation needs one or the input names an algorithm.
func (r *request) addChecksum(op *model.Operation, input *document.Object, onlyNeeded bool, t target) error {
	if escapesBreaks(op) {
		r.body = bytes.ReplaceAll(bytes.ReplaceAll(r.body, []byte("\r"), []byte("&#xD;")), []byte("\n"), []byte("&#xA;"))
	}
	name, given := checksumName(op, input)
	switch {
	case r.hasChecksum():
		return nil // the input has the checksum
	case given:
	case op.NeedsChecksum, op.Checksum != "" && !onlyNeeded:
		name = usualChecksum
		if m := op.Input.Shape.Member(op.Checksum); m != nil {
			r.header.Set(m.Wire(), name)
		}
	default:
		return nil
	}
	sum := newChecksum(name)
	if sum == nil {
		return &InputError{op.Name, "Unsupported checksum algorithm: " + strings.ToLower(name)}
	}
	if op.Stream() != nil && strings.HasPrefix(t.base, "https:") {
		r.addTrailer(name)
		return nil
	}
	b, err := r.sum(sum)
	r.header.Set(checksumHeader+strings.ToLower(name), base64.StdEncoding.EncodeToString(b))
	return err
}

// addTrailer puts the checksum behind the body, so that the client reads a file only once.
func (r *request) addTrailer(name string) {
	r.trailer = name
	coding := "aws-chunked"
	if given := r.header.Get("Content-Encoding"); given != "" {
		coding = given + "," + coding
	}
	r.header.Set("Content-Encoding", coding)
	r.header.Set("X-Amz-Trailer", strings.ToLower(checksumHeader+name))
}

// checksumName returns the algorithm that the input names.
func checksumName(op *model.Operation, input *document.Object) (name string, given bool) {
	if op.Checksum == "" {
		return "", false
	}
	v, given := input.Get(op.Checksum)
	name, _ = v.(string)
	return name, given
}

// checksumHeader is the beginning of the headers with checksums.
const checksumHeader = "X-Amz-Checksum-"

// hasChecksum reports whether a member of the input is a checksum in a header. Like the AWS CLI, it
// takes each header with this beginning and one more word for a checksum.
func (r *request) hasChecksum() bool {
	for name := range r.header {
		if word, ok := strings.CutPrefix(name, checksumHeader); ok && !strings.Contains(word, "-") {
			return true
		}
	}
	return false
}

// replyChecksums lists the algorithms for replies. The AWS CLI prefers the first. It also has algorithms of
// xxHash, which this package does not have; a reply with only such a checksum is not checked.
var replyChecksums = [...]string{usualChecksum, "CRC32C", "CRC32", "SHA1", "SHA256", "SHA512"}

// verify returns an error if a reply does not have the checksum in its header.
func (r *reply) verify(op *model.Operation, input *document.Object) error {
	name, want := r.checksum()
	if !asksForChecksum(op, input) || want == "" || r.saved {
		return nil
	}
	sum := newChecksum(name)
	_, _ = sum.Write(r.body) // a hash does not fail
	return r.compare(op, sum, want)
}

// asksForChecksum reports whether the input asks for a checksum of the reply.
func asksForChecksum(op *model.Operation, input *document.Object) bool {
	_, asked := input.Get(op.Validation)
	return asked && op.Validation != ""
}

// checksum returns the checksum in the headers of a reply and the name of its algorithm. want is "" if
// there is no checksum of the whole body.
func (r *reply) checksum() (name, want string) {
	for _, name := range replyChecksums {
		want := r.header.Get(checksumHeader + name)
		if want != "" && !strings.Contains(want, "-") { // not the checksum of the checksums of parts
			return name, want
		}
	}
	return "", ""
}

// compare returns an error for another checksum than the expected one.
func (r *reply) compare(op *model.Operation, sum hash.Hash, want string) error {
	if got := base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != want {
		reason := fmt.Sprintf("Expected checksum %s did not match calculated checksum: %s", r.printable(want), got)
		return &idcenter.ReplyError{Operation: op.Name, URL: r.endpoint, Status: r.status, Reason: reason}
	}
	return nil
}

// escapesBreaks reports whether the AWS CLI escapes line breaks in the body of an operation, because S3
// would change the keys of objects otherwise.
func escapesBreaks(op *model.Operation) bool {
	return op.Name == "DeleteObjects" || op.Name == "PutBucketLifecycleConfiguration"
}

// Checksums of requests. Some operations of S3 need one in a header.

package call

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // S3 offers this checksum, and the user chooses it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// usualChecksum is the algorithm if the input names no algorithm.
const usualChecksum = "CRC32"

// CanChecksum reports whether the client can compute the checksum that the input asks for.
func CanChecksum(op *model.Operation, input *document.Object) bool {
	name, given := checksumName(op, input)
	return !given || newChecksum(name) != nil
}

// crc64NVME is the polynomial of CRC-64/NVME, with its bits reversed.
const crc64NVME = 0x9a6c9329ac4bc9b5

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
	case "SHA512":
		return sha512.New()
	case "CRC64NVME":
		return crc64.New(crc64.MakeTable(crc64NVME))
	}
	return nil
}

// addChecksum adds the checksum of the body to a request. If onlyNeeded is set, it adds no checksum unless
// the operation needs one or the input names an algorithm.
func (r *request) addChecksum(op *model.Operation, input *document.Object, onlyNeeded bool) error {
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
	_, _ = sum.Write(r.body) // a hash does not fail
	r.header.Set(checksumHeader+strings.ToLower(name), base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	return nil
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

// escapesBreaks reports whether the AWS CLI escapes line breaks in the body of an operation, because S3
// would change the keys of objects otherwise.
func escapesBreaks(op *model.Operation) bool {
	return op.Name == "DeleteObjects" || op.Name == "PutBucketLifecycleConfiguration"
}

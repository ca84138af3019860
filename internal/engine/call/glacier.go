// Changes to the requests of S3 Glacier. The AWS CLI makes the same changes.

package call

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// prepareGlacier adds the account to an input that has none.
func prepareGlacier(op *model.Operation, input *document.Object) {
	const name = "accountId"
	if _, given := input.Get(name); !given && op.Input.Shape.Member(name) != nil {
		input.Set(name, "-") // the account of the credentials
	}
}

// glacier adds the headers of S3 Glacier to a request.
func (r *request) glacier(svc *model.Service, op *model.Operation) error {
	const treeHash = "X-Amz-Sha256-Tree-Hash"
	r.header.Set("X-Amz-Glacier-Version", svc.APIVersion)
	if op.Stream() == nil {
		return nil
	}
	if r.header.Get(hashHeader) == "" {
		sum, err := r.sha256()
		if err != nil {
			return err
		}
		r.header.Set(hashHeader, sum)
	}
	if r.header.Get(treeHash) != "" {
		return nil
	}
	body, _, err := r.open()
	if err != nil {
		return err
	}
	sum, err := treeSum(body)
	r.header.Set(treeHash, sum)
	return errors.Join(err, body.Close())
}

// hashHeader has the SHA-256 of the body.
const hashHeader = "X-Amz-Content-Sha256"

// treeSum returns the SHA-256 tree hash of a body: the hashes of parts of 1 MiB, joined in pairs until one is
// left. See https://docs.aws.amazon.com/amazonglacier/latest/dev/checksum-calculations.html.
func treeSum(body io.Reader) (string, error) {
	var sums [][]byte
	part := make([]byte, 1<<20)
	for {
		n, err := io.ReadFull(body, part)
		if n > 0 || len(sums) == 0 && errors.Is(err, io.EOF) {
			sum := sha256.Sum256(part[:n])
			sums = append(sums, sum[:])
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	for len(sums) > 1 {
		var joined [][]byte
		for i := 0; i < len(sums); i += 2 {
			if i+1 == len(sums) {
				joined = append(joined, sums[i])
				continue
			}
			sum := sha256.Sum256(append(sums[i], sums[i+1]...))
			joined = append(joined, sum[:])
		}
		sums = joined
	}
	return hex.EncodeToString(sums[0]), nil
}

package call

import (
	"bytes"
	"cmp"
	"compress/gzip"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// gzipFrom is the AWS CLI's default of request_min_compression_size_bytes.
const gzipFrom = 10240

// compress compresses a body of at least from bytes, if the operation allows it. For from, 0 means
// gzipFrom and a negative number means never.
func (r *request) compress(op *model.Operation, from int) error {
	if !op.Gzip || from < 0 || len(r.body) < cmp.Or(from, gzipFrom) {
		return nil
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(r.body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	r.body = b.Bytes()
	r.header.Set("Content-Encoding", "gzip")
	return nil
}

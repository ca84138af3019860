// Output streams: a reply whose body goes to a file.

package call

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// An opener opens a file for writing.
type opener = func() (io.WriteCloser, error)

// Save calls an operation like [Client.Call], but writes the member that op.OutputStream returns to a file,
// without holding it in memory. The result does not have this member.
//
// Save calls open once, after a reply without an error. It closes the file. An error while it reads the
// body leaves a part of the body in the file, and Save does not repeat the call.
func (c *Client) Save(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, open opener) (*document.Object, error) {
	out, err := c.perform(ctx, svc, op, input, open)
	if err == nil {
		out.Delete(op.OutputStream().Name)
	}
	return out, err
}

// A saving is a file for the body of a reply.
type saving struct {
	open   opener
	verify bool // compare the checksum of the body with the checksum in the headers
}

// save copies the body of the reply to a file. It returns an error if the body does not have the
// checksum in the headers.
func (r *reply) save(op *model.Operation, w *watch, body io.Reader, s *saving) error {
	r.saved = true
	file, err := s.open()
	if err != nil {
		return err
	}
	var sum hash.Hash
	to := io.Writer(file)
	name, want := r.checksum()
	if s.verify && want != "" {
		sum = newChecksum(name)
		to = io.MultiWriter(file, sum)
	}
	from := &watchedReader{watch: w, from: body}
	n, err := io.Copy(to, from)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if from.err != nil { // without its type, because a retry would write to the file again
		return fmt.Errorf("the reply ended after %d bytes: %s", n, from.err.Error())
	}
	if err == nil && sum != nil {
		err = r.compare(op, sum, want)
	}
	return err
}

// A watchedReader tells the watch about progress, and keeps the error of its source.
type watchedReader struct {
	watch *watch
	from  io.Reader
	err   error
}

func (r *watchedReader) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	if n > 0 {
		r.watch.progress()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

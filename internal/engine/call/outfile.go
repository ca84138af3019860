// Output streams: a reply whose body goes to a file.

package call

import (
	"context"
	"errors"
	"fmt"
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

// save copies the body of a reply to a file.
func (w *watch) save(body io.Reader, open opener) error {
	file, err := open()
	if err != nil {
		return err
	}
	from := &watchedReader{watch: w, from: body}
	n, err := io.Copy(file, from)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if from.err != nil { // without its type, because a retry would write to the file again
		return fmt.Errorf("the reply ended after %d bytes: %s", n, from.err.Error())
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

// Package content answers requests for the content of an object: the whole object, a range, or a
// conditional request. It uses [http.ServeContent].
package content

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An Object is an object in a bucket.
type Object struct {
	ETag     string // with quotes
	Modified time.Time
	Text     string
	// Size is the number of zero bytes that the object consists of, if Text is "".
	Size int64
}

// MaxBody is the largest body in bytes that [Object.Serve] returns.
const MaxBody = 64 << 20

// Serve returns the response to a GET or HEAD request. The status is 200, 206, 304, 412, or 416.
// The body is meaningful for 200 and 206. It is empty for HEAD requests, but the header then has
// the Content-Length of the object. Serve reports false if the body would be larger than
// [MaxBody].
func (o Object) Serve(r *http.Request) (status int, header http.Header, body []byte, ok bool) {
	w := &recorder{header: http.Header{"Etag": {o.ETag}, "Content-Type": {"binary/octet-stream"}}}
	var content io.ReadSeeker = strings.NewReader(o.Text)
	if o.Text == "" {
		content = io.NewSectionReader(zeros{}, 0, o.Size)
	}
	http.ServeContent(w, r, "", o.Modified, content)
	return w.status, w.header, w.body.Bytes(), !w.full || r.Method == http.MethodHead
}

// IsAskedFor reports whether the request with the query asks for its content, and not for a part of its
// properties such as its tags. Signatures and the name of the operation may be in the query.
func IsAskedFor(q url.Values) bool {
	for name := range q {
		if name != "x-id" && !strings.HasPrefix(name, "X-Amz-") {
			return false
		}
	}
	return true
}

// zeros is an endless file of zero bytes.
type zeros struct{}

func (zeros) ReadAt(b []byte, _ int64) (int, error) {
	clear(b)
	return len(b), nil
}

// A recorder is an http.ResponseWriter that keeps the response.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
	full   bool // the body would be larger than MaxBody
}

func (w *recorder) Header() http.Header { return w.header }
func (w *recorder) WriteHeader(status int) {
	w.status = status
	length, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64)
	w.full = err == nil && length > MaxBody
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.full {
		return 0, io.ErrShortWrite
	}
	return w.body.Write(b)
}

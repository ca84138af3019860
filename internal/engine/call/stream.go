// Payloads of any size: files, and the chunks in which S3 gets a payload with a checksum behind it.

package call

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// open returns the body of a request and its size. Each attempt opens the body again.
func (r *request) open() (io.ReadCloser, int64, error) {
	if r.file == "" {
		return io.NopCloser(bytes.NewReader(r.body)), int64(len(r.body)), nil
	}
	f, err := datafile.Open(string(r.file), math.MaxInt64)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", r.file, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("%s: %w", r.file, err), f.Close())
	}
	return f, info.Size(), nil
}

// sum writes the body to a hash.
func (r *request) sum(h hash.Hash) ([]byte, error) {
	body, _, err := r.open()
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(h, body)
	return h.Sum(nil), errors.Join(err, body.Close())
}

// sha256 returns the hash of the body for the signature. It reads the body only once.
func (r *request) sha256() (string, error) {
	if r.hash == "" {
		sum, err := r.sum(sha256.New())
		if err != nil {
			return "", err
		}
		r.hash = hex.EncodeToString(sum)
	}
	return r.hash, nil
}

// setBody gives the HTTP request its body.
func (r *request) setBody(req *http.Request) error {
	get := func() (io.ReadCloser, error) {
		body, _, err := r.open()
		if err == nil && r.trailer != "" {
			body = newChunked(body, r.trailer)
		}
		return body, err
	}
	body, size, err := r.open()
	if err != nil {
		return err
	}
	if size == 0 && r.trailer == "" {
		get = func() (io.ReadCloser, error) { return http.NoBody, nil }
	}
	if err := body.Close(); err != nil {
		return err
	}
	req.GetBody, req.ContentLength = get, size
	if r.trailer != "" {
		req.ContentLength = -1 // the length of the chunks is not known
		req.Header.Set("X-Amz-Decoded-Content-Length", strconv.FormatInt(size, 10))
	}
	req.Body, err = get()
	return err
}

// chunkSize is the size of the chunks of the AWS CLI.
const chunkSize = 1 << 20

// A chunked reads a body in the form aws-chunked: in chunks with their sizes, and a checksum at the end.
type chunked struct {
	body    io.ReadCloser
	name    string // of the checksum
	sum     hash.Hash
	buffer  []byte
	pending bytes.Buffer // the text that Read has not returned yet
	done    bool
}

func newChunked(body io.ReadCloser, checksum string) *chunked {
	return &chunked{body: body, name: checksum, sum: newChecksum(checksum), buffer: make([]byte, chunkSize)}
}

func (c *chunked) Read(p []byte) (int, error) {
	for c.pending.Len() == 0 {
		if c.done {
			return 0, io.EOF
		}
		n, err := io.ReadFull(c.body, c.buffer)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		if n > 0 {
			fmt.Fprintf(&c.pending, "%x\r\n", n)
			c.pending.Write(c.buffer[:n])
			c.pending.WriteString("\r\n")
			c.sum.Write(c.buffer[:n])
		}
		if n < len(c.buffer) {
			c.done = true
			fmt.Fprintf(&c.pending, "0\r\n%s:%s\r\n\r\n", strings.ToLower(checksumHeader+c.name), base64.StdEncoding.EncodeToString(c.sum.Sum(nil)))
		}
	}
	return c.pending.Read(p)
}

func (c *chunked) Close() error { return c.body.Close() }

// A watchedBody ends the wait of a watch whenever the connection takes a part of the body.
type watchedBody struct {
	io.ReadCloser
	watch *watch
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.progress()
	return b.ReadCloser.Read(p)
}

// payloadFile returns the file of a payload.
func payloadFile(v any) (document.File, bool) {
	f, ok := v.(document.File)
	return f, ok
}

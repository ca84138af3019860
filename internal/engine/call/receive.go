package call

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// maxReply is the size in bytes above which a reply of the service is refused. Only
// EC2 lists everything on one page.
func maxReply(svc *model.Service) int {
	switch svc.Name {
	case "ec2":
		return 128 << 20
	case "sts":
		return 1 << 20
	}
	return 16 << 20
}

// The times of a try. A reply may take long over a slow line, but not for ever.
const (
	connecting = 4 * time.Minute  // to a connection; the transport has shorter limits for each step
	readTime   = time.Minute      // between two parts of a reply, if the client does not say
	longest    = 30 * time.Minute // from the first part of a reply to its end
	slowest    = 64 << 10         // bytes that each minute of a reply brings at least
)

// Errors of replies that do not end.
var (
	errSilent  = errors.New("it stopped in the middle of its reply")
	errSlow    = errors.New("its reply brings less than 64 kB a minute")
	errLong    = errors.New("its reply did not end within 30 minutes")
	errTooLong = errors.New("its reply is too large")
)

// A watch ends a try that brings nothing for too long.
type watch struct {
	timer    *time.Timer
	patience time.Duration
}

// watched returns the request under a watch. stop ends the watch.
func watched(req *http.Request, patience time.Duration) (_ *http.Request, w *watch, stop func()) {
	ctx, cancel := context.WithCancelCause(req.Context())
	w = &watch{time.AfterFunc(connecting, func() { cancel(errSilent) }), patience}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { w.progress() }})
	return req.WithContext(ctx), w, func() { w.timer.Stop(); cancel(nil) }
}

func (w *watch) progress() { w.timer.Reset(w.patience) }

// receive reads a reply of at most limit bytes.
func (w *watch) receive(body io.Reader, limit int) ([]byte, error) {
	w.progress()
	begun := time.Now()
	minute, then := begun, 0 // a minute began with so many bytes
	data := make([]byte, 0, 4<<10)
	for {
		n, err := body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		now := time.Now()
		switch {
		case len(data) > limit:
			return nil, errTooLong
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case now.Sub(begun) > longest:
			return nil, errLong
		case now.Sub(minute) > time.Minute:
			if len(data)-then < slowest {
				return nil, errSlow
			}
			minute, then = now, len(data)
		}
		if n > 0 {
			w.progress()
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

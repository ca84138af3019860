package emulatortest

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Transport returns a transport that calls the emulator without a network. Use it in a bubble of
// [testing/synctest], because a bubble cannot wait for the network. All requests seem to come
// from 127.0.0.1.
func Transport(e *emulator.Emulator) http.RoundTripper { return transport{e} }

type transport struct{ emu *emulator.Emulator }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if !t.serve(rec, in) {
		return nil, cmp.Or(r.Context().Err(), io.ErrUnexpectedEOF)
	}
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp := rec.Result()
	resp.Request = r
	return resp, nil
}

// serve reports whether the emulator sent a response. The emulator closes a connection by a panic
// with [http.ErrAbortHandler], like other handlers of net/http.
func (t transport) serve(w http.ResponseWriter, r *http.Request) (answered bool) {
	defer func() {
		switch reason := recover(); {
		case reason == nil:
		case isAbort(reason):
			answered = false
		default:
			panic(reason)
		}
	}()
	t.emu.ServeHTTP(w, r)
	return true
}

func isAbort(reason any) bool {
	err, ok := reason.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

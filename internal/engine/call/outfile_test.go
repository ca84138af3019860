package call

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// A savedFile is a file in memory.
type savedFile struct {
	bytes.Buffer
	closed bool
}

func (f *savedFile) Close() error { f.closed = true; return nil }

func TestSave(t *testing.T) {
	svc, op := operation(t, "polly", "synthesize-speech")
	input := object(t, `{"OutputFormat":"mp3","Text":"hello","VoiceId":"Joanna"}`)
	for _, tt := range []struct {
		name    string
		replies []*http.Response
		want    string // the output
		file    string
	}{
		{"a body", []*http.Response{answer(200, "sound", "Content-Type", "audio/mpeg")}, `{"ContentType":"audio/mpeg"}`, "sound"},
		{"no body", []*http.Response{answer(200, "")}, `{}`, ""},
		{"a retry before the body", []*http.Response{answer(500, "{}"), answer(200, "sound")}, `{}`, "sound"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(try int, _ *http.Request) (*http.Response, error) { return tt.replies[try-1], nil })
			file, opened := new(savedFile), 0
			out, err := l.Save(t.Context(), svc, op, input, func() (io.WriteCloser, error) { opened++; return file, nil })
			if err != nil {
				t.Fatal(err)
			}
			if compact(out) != tt.want || file.String() != tt.file || !file.closed || opened != 1 {
				t.Errorf("output %s, file %q (closed %t, opened %d times), want %s, %q", compact(out), file.String(), file.closed, opened, tt.want, tt.file)
			}
		})
	}
}

// The body of an object must have the checksum in the headers.
func TestSaveChecked(t *testing.T) {
	svc, op := operation(t, "s3api", "get-object")
	const sum = "X-Amz-Checksum-Crc32"
	for _, tt := range []struct {
		name, checksum string
		input          string
		want           string // the text of the expected error; "" for no error
	}{
		{"right", "NhCmhg==", `{"Bucket":"b-1","Key":"k"}`, ""},
		{"wrong", "AAAAAA==", `{"Bucket":"b-1","Key":"k"}`, "Expected checksum AAAAAA== did not match calculated checksum: NhCmhg=="},
		{"of parts", "AAAAAA==-3", `{"Bucket":"b-1","Key":"k"}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(func(int, *http.Request) (*http.Response, error) {
				return answer(200, "hello", sum, tt.checksum, "X-Amz-Meta-Colour", "red"), nil
			})
			file := new(savedFile)
			out, err := l.Save(t.Context(), svc, op, object(t, tt.input), func() (io.WriteCloser, error) { return file, nil })
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) || tt.want == "" && err != nil {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if file.String() != "hello" || l.requests[0].Header.Get("X-Amz-Checksum-Mode") != "ENABLED" {
				t.Errorf("file %q, headers %v, want the body, and a request for a checksum", file.String(), l.requests[0].Header)
			}
			if want := `{"ChecksumCRC32":"` + tt.checksum + `","Metadata":{"colour":"red"}}`; tt.want == "" && compact(out) != want {
				t.Errorf("output %s, want %s", compact(out), want)
			}
		})
	}
}

// A reply with an error opens no file. An error after the file is open leads to no second request.
func TestSaveFails(t *testing.T) {
	svc, op := operation(t, "polly", "synthesize-speech")
	input := object(t, `{"OutputFormat":"mp3","Text":"hello","VoiceId":"Joanna"}`)
	l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(400, `{"message":"no"}`), nil })
	_, err := l.Save(t.Context(), svc, op, input, func() (io.WriteCloser, error) {
		t.Error("the file is open after an error of the service")
		return nil, io.ErrClosedPipe
	})
	if !errors.As(err, new(*ServiceError)) {
		t.Errorf("error %v, want a ServiceError", err)
	}
	l = newLine(func(int, *http.Request) (*http.Response, error) { return answer(200, "sound"), nil })
	if _, err := l.Save(t.Context(), svc, op, input, func() (io.WriteCloser, error) { return nil, io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) || len(l.requests) != 1 {
		t.Errorf("error %v after %d requests, want the error of the file after one", err, len(l.requests))
	}
	connections := 0
	l = serveRaw(t, func(conn net.Conn) {
		connections++
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
	})
	file := new(savedFile)
	_, err = l.Save(t.Context(), svc, op, input, func() (io.WriteCloser, error) { return file, nil })
	if err == nil || !strings.Contains(err.Error(), "ended after 4 bytes") || file.String() != "part" || connections != 1 {
		t.Errorf("error %v, file %q, %d connections, want an error after 4 bytes, and no retry", err, file.String(), connections)
	}
}

package s3ls

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A writerFunc is a function that implements io.Writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestPagesAreWrittenOneByOne(t *testing.T) {
	written := make(chan struct{}, 1)
	s := newServer(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			page(w, "t1", object("a", 1))
			return
		}
		select {
		case <-written:
			page(w, "", object("b", 2))
		default:
			t.Error("page 2 was fetched before page 1 was written")
			http.Error(w, "", http.StatusBadRequest)
		}
	})
	var got strings.Builder
	_, err := Run(t.Context(), s.Client, Options{Path: "bucket"}, writerFunc(func(b []byte) (int, error) {
		select {
		case written <- struct{}{}:
		default:
		}
		return got.Write(b)
	}))
	if err != nil || strings.Count(got.String(), "\n") != 2 {
		t.Errorf("output %q, error %v, want two lines", got.String(), err)
	}
}

func TestListingEndsEarly(t *testing.T) {
	errFull := errors.New("no space left")
	tests := []struct {
		name  string
		write func(cancel context.CancelFunc) error
		want  error
	}{
		{"when the writer fails", func(context.CancelFunc) error { return errFull }, errFull},
		{"when the context ends", func(cancel context.CancelFunc) error { cancel(); return nil }, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, func(n int, w http.ResponseWriter, _ *http.Request) { page(w, fmt.Sprint("t", n), object("a", 1)) })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := Run(ctx, s.Client, Options{Path: "bucket"}, writerFunc(func(b []byte) (int, error) { return len(b), tt.write(cancel) }))
			if !errors.Is(err, tt.want) || len(s.requests) != 1 {
				t.Errorf("%v after %d requests, want %v after 1", err, len(s.requests), tt.want)
			}
		})
	}
}

func TestManyKeys(t *testing.T) {
	const pages, perPage = 100, 1000
	s := newServer(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		next := ""
		if n < pages {
			next = fmt.Sprint("t", n)
		}
		entries := make([]string, perPage)
		for i := range entries {
			entries[i] = object(fmt.Sprintf("%03d%%2F%03d", n, i), n)
		}
		page(w, next, entries...)
	})
	count, largest, last := 0, 0, ""
	matched, err := Run(t.Context(), s.Client, Options{Path: "bucket", Recursive: true, Summarize: true}, writerFunc(func(b []byte) (int, error) {
		count += strings.Count(string(b), "\n")
		largest, last = max(largest, len(b)), string(b)
		return len(b), nil
	}))
	if err != nil || !matched {
		t.Fatal(matched, err)
	}
	if want := perPage * len("2024-05-06 07:08:09          1 001/000\n"); count != pages*perPage+3 || largest != want {
		t.Errorf("%d lines, at most %d bytes at once, want %d", count, largest, want)
	}
	if want := "\nTotal Objects: 100000\n   Total Size: 5050000\n"; last != want {
		t.Errorf("the output ends with %q, want %q", last, want)
	}
}

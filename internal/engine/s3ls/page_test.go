package s3ls

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
)

func TestPages(t *testing.T) {
	s := newServer(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch token := r.URL.Query().Get("continuation-token"); {
		case n == 1 && token == "":
			page(w, "t/1+x", object("b%2Fz%0A%01%F0%9F%9A%80+%2B", 1), common("b%2Fx%2F"))
		case n == 2 && token == "t/1+x":
			page(w, "t2") // S3 may send fewer objects than the page size, or no objects
		case n == 3 && token == "t2":
			page(w, "", common("c%2F%2F"), object("d", 2))
		default:
			t.Errorf("request %d has the token %q", n, token)
		}
	})
	got, matched, err := s.run(t, Options{Path: "bucket"})
	want := lines("                           PRE x/", "2024-05-06 07:08:09          1 z\n\x01🚀 +", "                           PRE /", "2024-05-06 07:08:09          2 d")
	if diff := cmp.Diff(want, got); diff != "" || !matched || err != nil {
		t.Errorf("%s, matched %v, error %v, want a match without an error", diff, matched, err)
	}
}

func TestErrorAfterPage(t *testing.T) {
	s := newServer(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			page(w, "t1", object("a", 1))
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>")
	})
	got, matched, err := s.run(t, Options{Path: "bucket", Summarize: true})
	var refused *call.ServiceError
	if !errors.As(err, &refused) || refused.Code != "ExpiredToken" || matched {
		t.Errorf("matched %v, error %v, want ExpiredToken", matched, err)
	}
	if want := "2024-05-06 07:08:09          1 a\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestBucketInAnotherRegion(t *testing.T) {
	refusals := map[string]func(w http.ResponseWriter){
		"redirect": func(w http.ResponseWriter) {
			w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
			w.WriteHeader(http.StatusMovedPermanently)
			fmt.Fprint(w, "<Error><Code>PermanentRedirect</Code><Endpoint>bucket.s3-eu-west-1.amazonaws.com</Endpoint></Error>")
		},
		"signature for the wrong region": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region></Error>")
		},
	}
	for name, refuse := range refusals {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/s3/") {
					refuse(w)
					return
				}
				page(w, "", object("a", 1))
			})
			got, _, err := s.run(t, Options{Path: "bucket"})
			if err != nil || got != "2024-05-06 07:08:09          1 a\n" {
				t.Errorf("output %q, error %v, want one object", got, err)
			}
		})
	}
}

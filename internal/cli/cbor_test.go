package cli

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Requests and replies of one service are in CBOR.
func TestCBOR(t *testing.T) {
	status, body := 200, "\xa2\x69NextToken\xf6\x64tags\x81\xa2\x63Key\x61k\x65Value\x61v"
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || r.Header.Get("Accept") != "application/cbor" {
			t.Errorf("headers %v", r.Header)
		}
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	line := strings.Fields("partnercentral-revenue-measurement list-tags-for-resource --resource-arn arn:aws:partnercentral::aws:x/y --output text")
	code, stdout, stderr := p.run(t, "", nil, line...)
	const want = "POST partnercentral-prm.global.api.aws/service/PartnerCentralRevenueMeasurement/operation/ListTagsForResource partnercentral \xa1\x6bresourceArn\x78\x1farn:aws:partnercentral::aws:x/y"
	if code != 0 || stdout != "TAGS\tk\tv\n" || len(p.requests) != 1 || p.requests[0] != want {
		t.Errorf("exit code %d, %q, %s, requests %q\nwant %q", code, stdout, stderr, p.requests, want)
	}
	status, body = 400, "\xa2\x66__type\x75x#ValidationException\x67message\x62no"
	if code, _, stderr := p.run(t, "", nil, line...); code != 254 || !strings.Contains(stderr, "(ValidationException) when calling the ListTagsForResource operation: no") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	status, body = 200, "no CBOR"
	if code, _, stderr := p.run(t, "", nil, line...); code != 255 || !strings.Contains(stderr, "CBOR that is not valid") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

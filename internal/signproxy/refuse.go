package signproxy

import (
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// A refusal is the answer to a request that the proxy does not forward.
type refusal struct {
	status   int
	protocol string // of the question; "rest" if it is not known
	svc      *model.Service
	text     string
}

// kind returns the protocol of the answer.
func (e *refusal) kind() string {
	switch {
	case e.protocol == "query" && e.svc != nil && e.svc.Protocol == model.EC2:
		return string(model.EC2)
	case e.protocol == "rest" && e.svc != nil && e.svc.Protocol == model.RESTXML:
		return string(model.RESTXML)
	case e.protocol == "rest":
		return string(model.RESTJSON)
	}
	return e.protocol
}

// write sends the refusal in the protocol of the service.
func (e *refusal) write(w http.ResponseWriter, r *http.Request) {
	const text = "lanyard: "
	message := text + e.text
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Amzn-Requestid", "lanyard-refused") // the SDKs print it
	xmlText := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a Builder returns no errors
		return b.String()
	}
	var body []byte
	switch e.kind() {
	case "json":
		h.Set("Content-Type", "application/x-amz-json-1.1")
		h.Set("X-Amzn-Errortype", "AccessDeniedException")
		body, _ = json.Marshal(map[string]string{"__type": "AccessDeniedException", "message": message, "Message": message})
	case "cbor":
		h.Set("Content-Type", "application/cbor")
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
		body = cborMap("__type", "AccessDeniedException", "message", message)
	case "query":
		h.Set("Content-Type", "text/xml")
		body = []byte(`<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>` + xmlText(message) +
			`</Message></Error><RequestId>lanyard-refused</RequestId></ErrorResponse>`)
	case "ec2":
		h.Set("Content-Type", "text/xml")
		body = []byte(`<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>AccessDenied</Code><Message>` + xmlText(message) +
			`</Message></Error></Errors><RequestID>lanyard-refused</RequestID></Response>`)
	case "rest-xml":
		h.Set("Content-Type", "application/xml")
		inner := `<Code>AccessDenied</Code><Message>` + xmlText(message) + `</Message>`
		body = []byte(`<?xml version="1.0" encoding="UTF-8"?><ErrorResponse><Error>` + inner + `</Error><RequestId>lanyard-refused</RequestId></ErrorResponse>`)
		if e.svc.SigningName == "s3" {
			body = []byte(`<?xml version="1.0" encoding="UTF-8"?><Error>` + inner + `<RequestId>lanyard-refused</RequestId></Error>`)
		}
	default:
		h.Set("Content-Type", "application/json")
		h.Set("X-Amzn-Errortype", "AccessDeniedException")
		body, _ = json.Marshal(map[string]string{"message": message, "Message": message, "code": "AccessDeniedException"})
	}
	// Most clients read the answer only after they have sent the body. A client that waits for 100
	// Continue reads it at once.
	if r.Header.Get("Expect") != "" {
		h.Set("Connection", "close")
	} else if _, err := io.CopyN(io.Discard, r.Body, maxBuffered); !errors.Is(err, io.EOF) {
		h.Set("Connection", "close")
	}
	w.WriteHeader(e.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // ignore a client that has gone
	}
}

// cborMap encodes a map of texts.
func cborMap(pairs ...string) []byte {
	b := []byte{0xa0 | byte(len(pairs)/2)} //nolint:gosec // a few pairs
	for _, s := range pairs {
		b = append(b, 0x7a)                                  // a text with a length of four bytes
		b = binary.BigEndian.AppendUint32(b, uint32(len(s))) //nolint:gosec // a message
		b = append(b, s...)
	}
	return b
}

package equal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// TestOutputs compares the outputs that package call and botocore make from the same random replies.
func TestOutputs(t *testing.T) {
	needBotocore(t)
	var cases []*comparedCase
	for _, c := range chooseCases(t) {
		if !c.all {
			cases = append(cases, c)
		}
	}
	compareOutputs(t, cases, "")
}

// TestPages compares the full results of two pages.
func TestPages(t *testing.T) {
	needBotocore(t)
	var cases []*comparedCase
	for _, c := range chooseCases(t) {
		if !c.all && call.CanPage(c.op) {
			cases = append(cases, c)
		}
	}
	compareOutputs(t, cases, onPages)
}

// TestFailures compares the codes and the messages of errors.
func TestFailures(t *testing.T) {
	needBotocore(t)
	var cases []*comparedCase
	for _, c := range chooseCases(t) {
		if !c.all {
			cases = append(cases, c)
		}
	}
	compareOutputs(t, cases, failures)
}

// The kinds of comparisons besides "".
const onPages, failures = "pages", "failures"

func compareOutputs(t *testing.T, cases []*comparedCase, kind string) {
	t.Helper()
	workers := 1
	if *all {
		workers = runtime.NumCPU()
	}
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		counts = make(map[string]int)
	)
	for w := range workers {
		group.Go(func() {
			part := partOf(cases, w, workers)
			lines, err := askReplies(t, part, kind)
			if err != nil {
				t.Error(err)
				return
			}
			for i, c := range part {
				result, diff := compareOutput(t.Context(), c, lines[i], kind)
				mu.Lock()
				counts[result]++
				mu.Unlock()
				if diff != "" {
					t.Errorf("%s %s: %s", c.service, c.op.Name, diff)
				}
			}
		})
	}
	group.Wait()
	t.Logf("outputs of %d operations: %v", len(cases), counts)
	if counts["equal"] == 0 {
		t.Error("no output was compared")
	}
}

// A buffer is a file in memory.
type buffer struct{ bytes.Buffer }

func (b *buffer) Close() error { return nil }

// askReplies returns the answers of replies.py.
func askReplies(t *testing.T, cases []*comparedCase, kind string) ([]*document.Object, error) {
	var stdin bytes.Buffer
	for _, c := range cases {
		input := ""
		switch kind {
		case onPages:
			input = "," + asJSON(c.input)
		case failures:
			input = `,"failure"`
		}
		fmt.Fprintf(&stdin, "[%q,%q%s]\n", folderOf(c.service), c.op.Name, input)
	}
	out, err := runScript(t, exec.CommandContext(t.Context(), "python3", "testdata/replies.py", fmt.Sprint(*seed)), stdin.Bytes())
	if err != nil {
		return nil, err
	}
	lines := make([]*document.Object, len(out))
	for i := range out {
		v, err := document.ParseJSON(out[i])
		if err != nil {
			return nil, err
		}
		lines[i], _ = v.(*document.Object)
	}
	return lines, nil
}

// compareOutput returns the result of a comparison, and a text if the outputs differ.
func compareOutput(ctx context.Context, c *comparedCase, theirs *document.Object, kind string) (result, diff string) {
	if _, absent := theirs.Get("absent"); absent {
		return "absent", ""
	}
	if broken, ok := theirs.Get("broken"); ok {
		return "different", fmt.Sprint("botocore: ", broken)
	}
	input, err := c.parse()
	if err != nil {
		return "invalid", ""
	}
	var replies []*http.Response
	if v, _ := theirs.Get("replies"); kind == onPages {
		list, _ := v.([]any)
		for _, r := range list {
			pair, _ := r.([]any)
			replies = append(replies, response(pair[0], pair[1]))
		}
	} else {
		headers, _ := theirs.Get("headers")
		body, _ := theirs.Get("body")
		replies = append(replies, response(headers, body))
	}
	if kind == failures {
		replies[0].StatusCode = http.StatusBadRequest
	}
	var debug bytes.Buffer
	client := &call.Client{
		Log:    slog.New(slog.NewTextHandler(&debug, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Region: c.region, MaxAttempts: 1,
		IgnoreReplyChecksums: true, // the replies have random checksums
		Credentials:          call.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: secret.New("secret")},
		HTTP: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			if len(replies) == 0 {
				return nil, errors.New("no more replies")
			}
			r := replies[0]
			replies = replies[1:]
			return r, nil
		})},
	}
	if c.op.Discovery == model.NeedsDiscovery {
		client.Endpoint = "https://discovered.example" // no request for the endpoint
	}
	var ours *document.Object
	if kind == onPages {
		var pager *call.Pager
		if pager, err = client.Pages(c.svc, c.op, input, call.Paging{}); err == nil {
			ours, err = pager.Full(ctx)
		}
	} else if m := c.op.OutputStream(); m != nil && kind == "" {
		var saved buffer
		if ours, err = client.Save(ctx, c.svc, c.op, input, func() (io.WriteCloser, error) { return &saved, nil }); err == nil {
			ours.Set(m.Name, saved.String())
		}
	} else {
		ours, err = client.Call(ctx, c.svc, c.op, input)
	}
	var refused *call.ServiceError
	if kind == failures && errors.As(err, &refused) {
		ours, err = new(document.Object), nil
		ours.Set("Code", refused.Code)
		ours.Set("Message", refused.Message)
	}
	if err != nil {
		return "different", err.Error()
	}
	if left, _ := theirs.Get("left"); kind == onPages && fmt.Sprint(left) != fmt.Sprint(len(replies)) {
		return "different", fmt.Sprintf("%d pages are left, and botocore has left %v", len(replies), left)
	}
	if kind != onPages && kind != failures && unknownMember(debug.String()) {
		return "different", "the log says that a known member is unknown: " + debug.String()
	}
	want, _ := theirs.Get("output")
	if o, ok := want.(*document.Object); ok && kind == failures {
		if message, ok := o.Get("Message"); ok {
			o.Set("Message", oneLine(fmt.Sprint(message)))
		}
	}
	if c.op.Name == "GetBucketLocation" && c.service == "s3api" {
		return "equal", "" // botocore's parser does not read the value; a handler does
	}
	if d := gocmp.Diff(show(want), show(ours)); d != "" {
		return "different", "(-botocore +lanyard)\n" + d
	}
	return "equal", ""
}

// oneLine returns the message of a service on one line. Unlike the AWS CLI, lanyard prints messages on
// one line, so that a message cannot look like another message.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// response returns a reply of a service.
func response(headers, body any) *http.Response {
	r := &http.Response{StatusCode: 200, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(fmt.Sprint(body)))}
	if o, ok := headers.(*document.Object); ok {
		for name, v := range o.All() {
			r.Header.Set(name, fmt.Sprint(v))
		}
	}
	return r
}

// show returns a value as text. The order of members matters only with the models of the tables,
// because AWS changes the order in its models.
func show(v any) string {
	switch v := v.(type) {
	case *document.Object:
		var parts []string
		for name, e := range v.All() {
			parts = append(parts, name+": "+show(e))
		}
		if *models == "" {
			slices.Sort(parts)
		}
		return "{" + strings.Join(parts, ",\n") + "}"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, ",\n") + "]"
	}
	return fmt.Sprintf("%T(%v)", v, v)
}

// folderOf returns botocore's name of a service.
func folderOf(service string) string {
	switch service {
	case "s3api":
		return "s3"
	case "deploy":
		return "codedeploy"
	case "configservice":
		return "config"
	case "agent-toolkit":
		return "agenttoolkit"
	}
	return service
}

// unknownMember reports whether a log names a member as unknown, except those that making.py adds.
func unknownMember(log string) bool {
	for _, names := range regexp.MustCompile(`members=("[^"]*"|\S+)`).FindAllStringSubmatch(log, -1) {
		for name := range strings.FieldsSeq(strings.Trim(names[1], `"`)) {
			if !strings.HasSuffix(name, "newMember") {
				return true
			}
		}
	}
	return false
}

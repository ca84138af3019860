package call

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// reservations serves the reservations r-0 … r-(n-1). A page has two reservations, or as many as
// the request asks for.
func reservations(n int) *line {
	var l *line
	l = newLine(func(try int, _ *http.Request) (*http.Response, error) {
		form, err := url.ParseQuery(l.bodies[try-1])
		if err != nil {
			return nil, err
		}
		size, start := 2, 0
		if s := form.Get("MaxResults"); s != "" {
			if size, err = strconv.Atoi(s); err != nil {
				return nil, err
			}
		}
		if token := form.Get("NextToken"); token != "" {
			if start, err = strconv.Atoi(strings.TrimPrefix(token, "tok")); err != nil {
				return nil, err
			}
		}
		var b strings.Builder
		b.WriteString("<R><reservationSet>")
		for i := start; i < min(n, start+size); i++ {
			fmt.Fprintf(&b, "<item><reservationId>r-%d</reservationId></item>", i)
		}
		b.WriteString("</reservationSet>")
		if start+size < n {
			fmt.Fprintf(&b, "<nextToken>tok%d</nextToken>", start+size)
		}
		return answer(200, b.String()+"</R>"), nil
	})
	return l
}

func TestPages(t *testing.T) {
	tests := []struct {
		name   string
		paging Paging
		ids    string
		token  string // the decoded token; "" if there is no token
		calls  int
	}{
		{"all", Paging{}, "0 1 2 3 4", "", 3},
		{"all in small pages", Paging{PageSize: new(int64(1))}, "0 1 2 3 4", "", 5},
		{"one", Paging{MaxItems: new(int64(1))}, "0", `{"NextToken": null, "boto_truncate_amount": 1}`, 1},
		{"none", Paging{MaxItems: new(int64(0))}, "", `{"NextToken": null, "boto_truncate_amount": 0}`, 1},
		{"a page", Paging{MaxItems: new(int64(2))}, "0 1", `{"NextToken": "tok2"}`, 1},
		{"a page and a half", Paging{MaxItems: new(int64(3))}, "0 1 2", `{"NextToken": "tok2", "boto_truncate_amount": 1}`, 2},
		{"more than there are", Paging{MaxItems: new(int64(9))}, "0 1 2 3 4", "", 3},
		{"as many as there are", Paging{MaxItems: new(int64(5))}, "0 1 2 3 4", "", 3},
		{"from the second on", Paging{StartingToken: token{{"NextToken", nil}}.encode(1)}, "1 2 3 4", "", 3},
		{"the second", Paging{MaxItems: new(int64(1)), StartingToken: token{{"NextToken", nil}}.encode(1)}, "1", `{"NextToken": "tok2"}`, 1},
		{"twice within a page", Paging{MaxItems: new(int64(1)), PageSize: new(int64(4)), StartingToken: token{{"NextToken", nil}}.encode(1)}, "1", `{"NextToken": null, "boto_truncate_amount": 2}`, 1},
		{"from a page on", Paging{StartingToken: token{{"NextToken", "tok2"}}.encode(whole)}, "2 3 4", "", 2},
		{"a token of the service", Paging{StartingToken: "tok4"}, "4", "", 1},
		{"an old token", Paging{StartingToken: "tok2___1"}, "3 4", "", 2},
		{"skip more than there is", Paging{StartingToken: token{{"NextToken", "tok4"}}.encode(7)}, "", "", 1},
	}
	svc, op := operation(t, "ec2", "describe-instances")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := reservations(5)
			p, err := l.Pages(svc, op, nil, tt.paging)
			if err != nil {
				t.Fatal(err)
			}
			full, err := p.Full(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(`{"Reservations":[`+reservationList(tt.ids)+`]`, "'", `"`)
			if tt.token != "" {
				o, ok := decodeToken(p.ResumeToken())
				if !ok || compact(o) != strings.ReplaceAll(tt.token, `": `, `":`) && compact(o) != strings.ReplaceAll(strings.ReplaceAll(tt.token, `": `, `":`), ", ", ",") {
					t.Errorf("ResumeToken() = %s, want %s", p.ResumeToken(), tt.token)
				}
				want += `,"NextToken":"` + p.ResumeToken() + `"`
			}
			if diff := cmp.Diff(want+"}", compact(full)); diff != "" {
				t.Error(diff)
			}
			if len(l.requests) != tt.calls {
				t.Errorf("%d calls, want %d", len(l.requests), tt.calls)
			}
		})
	}
}

func reservationList(ids string) string {
	var parts []string
	for _, id := range strings.Fields(ids) {
		parts = append(parts, "{'ReservationId':'r-"+id+"'}")
	}
	return strings.Join(parts, ",")
}

// A run of the AWS CLI printed this token.
func TestTokensOfTheAWSCLI(t *testing.T) {
	if got := (token{{"NextToken", "tok2"}}).encode(whole); got != "eyJOZXh0VG9rZW4iOiAidG9rMiJ9" {
		t.Errorf("token = %s, want the AWS CLI's", got)
	}
	text := token{{"t", "é\n\"\\😀\x01\x7f"}}
	want := base64.StdEncoding.EncodeToString([]byte(`{"t": "\u00e9\n\"\\\ud83d\ude00\u0001\u007f"}`))
	if got := text.encode(whole); got != want {
		t.Errorf("token %s, want %s", got, want)
	}
}

func TestCallerStops(t *testing.T) {
	l := reservations(5)
	svc, op := operation(t, "ec2", "describe-instances")
	p, err := l.Pages(svc, op, nil, Paging{})
	if err != nil {
		t.Fatal(err)
	}
	for page, err := range p.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if got := compact(p.Results(page)); got != `{"Reservations":[{"ReservationId":"r-0"},{"ReservationId":"r-1"}]}` {
			t.Errorf("Results = %s, want r-0 and r-1", got)
		}
		break
	}
	if len(l.requests) != 1 {
		t.Errorf("%d calls, want 1", len(l.requests))
	}
}

func TestRepeatedToken(t *testing.T) {
	l := newLine(func(int, *http.Request) (*http.Response, error) {
		return answer(200, "<R><nextToken>again</nextToken></R>"), nil
	})
	svc, op := operation(t, "ec2", "describe-instances")
	p, err := l.Pages(svc, op, nil, Paging{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Full(t.Context())
	if err == nil || err.Error() != "Error during pagination: The same next token was received twice: {'NextToken': 'again'}" {
		t.Errorf("error %v, want an error about a token that was received twice", err)
	}
}

func TestSeveralResults(t *testing.T) {
	replies := []string{
		"<L><IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken><Contents><Key>a</Key></Contents><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></L>",
		"<L><IsTruncated>false</IsTruncated><NextContinuationToken>n</NextContinuationToken><Contents><Key>b</Key></Contents><Name>x</Name></L>",
	}
	l := newLine(func(try int, _ *http.Request) (*http.Response, error) { return answer(200, replies[try-1]), nil })
	svc, op := operation(t, "s3api", "list-objects-v2")
	p, err := l.Pages(svc, op, object(t, `{"Bucket":"bbb"}`), Paging{PageSize: new(int64(1))})
	if err != nil {
		t.Fatal(err)
	}
	full, err := p.Full(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"Contents":[{"Key":"a"},{"Key":"b"}],"CommonPrefixes":[{"Prefix":"p/"}],"RequestCharged":null,"Prefix":null}`, compact(full)); diff != "" {
		t.Error(diff)
	}
	if got := l.requests[1].URL.RawQuery; got != "list-type=2&encoding-type=url&max-keys=1&continuation-token=n" {
		t.Errorf("the second page has the query %s, want the token n and one key", got)
	}
}

// Like the AWS CLI, Pages asks for large pages of volumes.
func TestPagesOfVolumes(t *testing.T) {
	for input, want := range map[string]string{
		"":                      "Action=DescribeVolumes&Version=2016-11-15&MaxResults=1000",
		`{"VolumeIds":["vol"]}`: "Action=DescribeVolumes&Version=2016-11-15&VolumeId.1=vol",
	} {
		l := newLine(func(int, *http.Request) (*http.Response, error) { return answer(200, "<R><volumeSet/></R>"), nil })
		svc, op := operation(t, "ec2", "describe-volumes")
		p, err := l.Pages(svc, op, object(t, input), Paging{})
		if err != nil {
			t.Fatal(err)
		}
		full, err := p.Full(t.Context())
		if err != nil || compact(full) != `{"Volumes":[]}` || l.bodies[0] != want {
			t.Errorf("output %s, error %v, body %s, want no volumes and body %s", compact(full), err, l.bodies[0], want)
		}
	}
}

func TestInvalidPaging(t *testing.T) {
	svc, op := operation(t, "ec2", "describe-instances")
	c := &Client{}
	for _, bad := range []string{"a___b___c", "eyJYIjogMX0=", "eyJOZXh0VG9rZW4iOiBbMV19", "tok___x"} { // {"X": 1}, {"NextToken": [1]}
		if _, err := c.Pages(svc, op, nil, Paging{StartingToken: bad}); err == nil || err.Error() != "Bad starting token: "+bad {
			t.Errorf("starting token %s: error %v, want Bad starting token", bad, err)
		}
	}
	svc, op = operation(t, "ec2", "describe-regions")
	if _, err := c.Pages(svc, op, nil, Paging{PageSize: new(int64(1))}); err == nil {
		t.Error("no error for a page size of describe-regions, want one")
	}
	svc, op = operation(t, "sts", "get-caller-identity")
	if _, err := c.Pages(svc, op, nil, Paging{}); err == nil || CanPage(op) {
		t.Error("no error for pages of get-caller-identity, want one")
	}
}

// Like the AWS CLI, --max-items counts the members of an object. It cannot divide the object.
func TestMaxItemsOfAnObject(t *testing.T) {
	for limit, want := range map[int64]string{
		3: "",
		2: "ListTaxExemptions: --max-items cannot divide the result taxExemptionDetailsMap, which is not a list",
	} {
		l := newLine(func(int, *http.Request) (*http.Response, error) {
			return answer(200, `{"taxExemptionDetailsMap":{"111111111111":{},"222222222222":{},"333333333333":{}}}`), nil
		})
		svc, op := operation(t, "taxsettings", "list-tax-exemptions")
		pager, err := l.Pages(svc, op, nil, Paging{MaxItems: &limit})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = pager.Full(t.Context()); text(err) != want {
			t.Errorf("--max-items %d: error %q, want %q", limit, text(err), want)
		}
	}
}

// If the credentials expire between two pages, the pager goes on with new credentials.
func TestCredentialsExpireBetweenPages(t *testing.T) {
	all := reservations(5)
	serve := all.HTTP.Transport
	expired := false
	l := newLine(nil)
	l.HTTP.Transport = wireFunc(func(r *http.Request) (*http.Response, error) {
		if len(all.requests) == 1 && !expired {
			expired = true
			return answer(400, "<Response><Errors><Error><Code>ExpiredToken</Code><Message>no</Message></Error></Errors></Response>"), nil
		}
		if old := strings.Contains(r.Header.Get("Authorization"), "ASIAEXAMPLE/"); old == expired {
			t.Errorf("request %d has the wrong credentials", len(all.requests)+1)
		}
		return serve.RoundTrip(r)
	})
	refreshed := 0
	l.RefreshCredentials = func(context.Context, Credentials) (Credentials, error) {
		refreshed++
		return Credentials{AccessKeyID: "ASIANEW", SecretAccessKey: secret.New("new")}, nil
	}
	svc, op := operation(t, "ec2", "describe-instances")
	pager, err := l.Pages(svc, op, nil, Paging{})
	if err != nil {
		t.Fatal(err)
	}
	full, err := pager.Full(t.Context())
	if err != nil || refreshed != 1 {
		t.Fatalf("%v, %d refreshes, want 1", err, refreshed)
	}
	if got, want := compact(full), `{"Reservations":[`+strings.ReplaceAll(reservationList("0 1 2 3 4"), "'", `"`)+"]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

package cli

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Some services name the host for their operations in the reply to DescribeEndpoints.
func TestEndpointDiscovery(t *testing.T) {
	address, reject := "cell1.timestream.eu-west-1.amazonaws.com", 0
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.HasSuffix(target, "DescribeEndpoints"):
			if r.Header.Get("X-Amz-Api-Version") == "" {
				t.Error("DescribeEndpoints without the version")
			}
			_, _ = io.WriteString(w, `{"Endpoints":[{"Address":"`+address+`","CachePeriodInMinutes":60}]}`)
		case reject > 0:
			reject--
			w.WriteHeader(421)
			_, _ = io.WriteString(w, `{"__type":"InvalidEndpointException","message":"moved"}`)
		case strings.Contains(r.Host, "cell1"):
			_, _ = io.WriteString(w, `{"ScheduledQueries":[{"Name":"a"}],"NextToken":"n"}`)
		default:
			_, _ = io.WriteString(w, `{}`)
		}
	})
	const describe = "POST ingest.timestream.eu-west-1.amazonaws.com/ eu-west-1/timestream {}"
	const list = "POST cell1.timestream.eu-west-1.amazonaws.com/ eu-west-1/timestream "
	for _, tt := range []struct {
		name, line string
		address    string
		reject     int
		env        map[string]string
		code       int
		want       []string
		stderr     string
	}{
		{"one discovery for all pages", "timestream-query list-scheduled-queries --max-items 2", "", 0, nil, 0, []string{
			strings.Replace(describe, "ingest", "query", 1), list + "{}", list + `{"NextToken":"n"}`,
		}, ""},
		{"a wrong endpoint", "timestream-write list-databases --no-paginate", "", 1, nil, 0, []string{describe, list + "{}", describe, list + "{}"}, ""},
		{"a host that is not AWS's", "timestream-write list-databases --no-paginate", "thief.example", 0, nil, 255, []string{describe}, "is not a host of AWS"},
		{"no discovery", "timestream-write list-databases", "", 0, map[string]string{"AWS_ENDPOINT_DISCOVERY_ENABLED": "false"}, 255, nil, "Endpoint Discovery is not enabled"},
		{"a wrong setting", "timestream-write list-databases", "", 0, map[string]string{"AWS_ENDPOINT_DISCOVERY_ENABLED": "maybe"}, 253, nil, "endpoint_discovery_enabled"},
		{"an endpoint", "timestream-write list-databases --no-paginate --endpoint-url https://other.amazonaws.com", "", 0, nil, 0, []string{"POST other.amazonaws.com/ eu-west-1/timestream {}"}, ""},
		{"an optional discovery", "dynamodb describe-limits", "", 0, map[string]string{"AWS_ACCOUNT_ID": ""}, 0, []string{"POST dynamodb.eu-west-1.amazonaws.com/ eu-west-1/dynamodb {}"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address, reject = "cell1.timestream.eu-west-1.amazonaws.com", tt.reject
			if tt.address != "" {
				address = tt.address
			}
			code, _, stderr := p.run(t, "", tt.env, strings.Fields(tt.line)...)
			if code != tt.code || !slices.Equal(p.requests, tt.want) || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("exit code %d, %s\nrequests %q\nwant     %q", code, stderr, p.requests, tt.want)
			}
		})
	}
}

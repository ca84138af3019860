package call

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

func TestUnknownMembers(t *testing.T) {
	tests := []struct {
		service, operation, body string
		want                     []string
	}{
		{"ec2", "describe-instances", `<DescribeInstancesResponse><requestId>r</requestId><brandNew>secret</brandNew><reservationSet><item><instancesSet>` +
			`<item><instanceId>i</instanceId><newThing><deep>secret</deep></newThing></item><item><newThing>secret</newThing><tagSet><item><key>k</key></item></tagSet></item>` +
			`</instancesSet></item></reservationSet></DescribeInstancesResponse>`, []string{"brandNew", "Reservations[].Instances[].newThing"}},
		{"sts", "get-caller-identity", `<R><GetCallerIdentityResult><Arn>a</Arn><Shoe>secret</Shoe></GetCallerIdentityResult><ResponseMetadata/></R>`, []string{"Shoe"}},
		{"dynamodb", "get-item", `{"Item":{"secret key":{"S":"secret","New":1}},"__type":"x","Old":null,"Extra":{"secret":1}}`, []string{"Item[].New", "Extra"}},
		{"s3api", "list-objects-v2", `<ListBucketResult><Contents><Key>k</Key><Mood>secret</Mood></Contents><Contents><Key>k</Key><Mood>x</Mood></Contents><Name>n</Name></ListBucketResult>`, []string{"Contents[].Mood"}},
		{"eks", "describe-cluster", `{"cluster":{"name":"n","tags":{"secret":"x"},"mood":"secret","logging":{"clusterLogging":[{"types":[],"mood":1}]}}}`, []string{"cluster.mood", "cluster.logging.clusterLogging[].mood"}},
		{"lambda", "list-functions", `{"Functions":[{"FunctionName":"f"}]}`, nil},
	}
	for _, tt := range tests {
		svc, err := model.Load(tt.service)
		if err != nil {
			t.Fatal(err)
		}
		op, ok := svc.Operation(tt.operation)
		if !ok {
			t.Fatalf("no operation %s", tt.operation)
		}
		got := unknownMembers(svc, op, &reply{body: []byte(tt.body)})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s: %s", tt.service, tt.operation, diff)
		}
		var log bytes.Buffer
		c := &Client{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		c.logUnknown(t.Context(), svc, op, &reply{body: []byte(tt.body)})
		if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "members=") != (len(tt.want) > 0) {
			t.Errorf("%s %s: the log says %s", tt.service, tt.operation, &log)
		}
	}
}

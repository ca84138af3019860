package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// tenOperations has operations of ten services in all protocols. The shapes of RunInstances are the
// largest.
var tenOperations = [...]string{
	"sts get-caller-identity",
	"ec2 run-instances --image-id ami-0abcdef1234567890 --instance-type t3.micro --dry-run",
	"dynamodb get-item --table-name my-table --key {\"id\":{\"S\":\"1\"}}",
	"lambda list-functions",
	"s3api list-objects-v2 --bucket my-bucket",
	"iam list-users",
	"sqs list-queues",
	"cloudformation describe-stacks",
	"ecs list-clusters",
	"logs describe-log-groups",
}

// The targets for each of the ten operations.
const (
	tenTarget    = 1.3 // as a multiple of caller
	tenAWSTarget = 50  // the time of the AWS CLI, as a multiple of lanyard's
)

// A tenBench compares ten operations of lanyard with the AWS CLI.
type tenBench struct {
	server  *http.Server
	ours    []*contestant
	theirs  []*contestant // the same operations, or nothing if the AWS CLI is missing
	version string        // of the AWS CLI
	notes   []string
}

// newTen starts a server for the services, and prepares the contestants.
func newTen(o options, p programs, env []string) (*tenBench, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &tenBench{server: &http.Server{Handler: http.HandlerFunc(answerTen), ReadHeaderTimeout: time.Minute}}
	go func() { _ = b.server.Serve(l) }() // close ends it
	aws, err := exec.LookPath(o.aws)
	if err != nil {
		b.notes = append(b.notes, fmt.Sprintf("The AWS CLI's ten operations are left out: %v.", err))
	} else {
		version := exec.Command(aws, "--version")
		version.Env = env
		out, _ := version.CombinedOutput() // if this fails, the first operation fails too
		b.version, _, _ = strings.Cut(strings.TrimSpace(string(out)), " ")
	}
	for _, line := range tenOperations {
		words := strings.Fields(line)
		name := strings.Join(words[:2], " ")
		which := exec.Command(p.lanyard, append([]string{"which"}, words[:2]...)...)
		which.Env = env
		if out, _ := which.CombinedOutput(); strings.Contains(string(out), "is not built into lanyard") {
			b.notes = append(b.notes, name+" is left out: lanyard does not have it built in.")
			continue
		}
		words = append(words, "--endpoint-url", "http://"+l.Addr().String())
		b.ours = append(b.ours, &contestant{name: "ten: " + name, argv: append([]string{p.lanyard}, words...), env: env, versus: caller})
		if b.version == "" {
			continue
		}
		c := &contestant{name: "ten: aws " + name, argv: append([]string{aws}, words...), env: env, versus: "ten: " + name, every: 20}
		if err := c.run(false); err != nil {
			b.notes = append(b.notes, fmt.Sprintf("The AWS CLI's ten operations are left out: %v.", err))
			b.version, b.theirs = "", nil
			continue
		}
		b.theirs = append(b.theirs, c)
	}
	return b, nil
}

// answerTen answers every operation with an empty result.
func answerTen(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := "{}"
	if _, action, ok := strings.Cut(string(body), "Action="); ok {
		action, _, _ = strings.Cut(action, "&")
		text = fmt.Sprintf("<%[1]sResponse><%[1]sResult></%[1]sResult></%[1]sResponse>", action)
	} else if r.URL.Query().Has("list-type") {
		text = "<ListBucketResult></ListBucketResult>"
	}
	_, _ = io.WriteString(w, text)
}

// report prints the sums of the medians.
func (b *tenBench) report(r *report) {
	sum := func(list []*contestant) (total time.Duration) {
		for _, c := range list {
			total += median(c.times)
		}
		return total
	}
	fmt.Fprintf(r, "%d operations of %d services: lanyard %v", len(b.ours), len(b.ours), sum(b.ours).Round(10*time.Microsecond))
	if len(b.theirs) > 0 {
		times := float64(sum(b.theirs)) / float64(sum(b.ours))
		fmt.Fprintf(r, ", %s %v: %.1f times as long; target: at least %d times", b.version, sum(b.theirs).Round(time.Millisecond), times, tenAWSTarget)
		r.add(fmt.Sprintf("%d operations, lanyard and %s", len(b.ours), b.version), fmt.Sprintf("%.1f times as fast", times), fmt.Sprintf(">= %d", tenAWSTarget), times >= tenAWSTarget)
	}
	fmt.Fprintln(r)
	for _, n := range b.notes {
		fmt.Fprintln(r, n)
	}
}

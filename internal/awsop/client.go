// Package awsop calls operations of AWS services. It knows them by the tables of
// package awsmodel: how they are written in each of AWS's protocols, where the
// service is, and how results come in pages.
package awsop

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"lanyard/internal/awsmodel"
	"lanyard/internal/document"
	"lanyard/internal/secret"
)

// A Client calls the operations of AWS services, of which it knows what package
// awsmodel has. The zero value calls unsigned operations of services that need no
// region. It is safe for concurrent use as long as its fields stay.
type Client struct {
	HTTP            *http.Client // nil means http.DefaultClient; redirects are not followed
	Region          string       // "" is an error ([NoRegionError]) where a service needs one
	Endpoint        string       // the base URL; "" means AWS's rules
	FIPS, DualStack bool
	Credentials     Credentials

	MaxAttempts int    // 0 means 3
	RetryMode   string // "" and "adaptive" mean "standard"; "legacy" has longer pauses and no common budget

	UserAgent string
	Log       *slog.Logger // nil means no log

	// TimeFormat is how times are written in output: "" or "iso8601", or "wire" to
	// leave them as the service sent them.
	TimeFormat string
	// Zone is where the caller is: times that a service sends as numbers are shown
	// in it, as the AWS CLI does. nil means UTC.
	Zone *time.Location

	Now    func() time.Time                                 // nil means time.Now
	Sleep  func(ctx context.Context, d time.Duration) error // between tries; nil means to wait
	Random func() float64                                   // in [0, 1), for pauses; nil means math/rand's

	mu    sync.Mutex
	spent int // of the budget for tries
}

// Credentials are the keys that requests are signed with.
type Credentials struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String // SessionToken is empty for long-term keys
}

// Call calls an operation of the service and returns its output, an object with
// the members that were on the wire, in the model's order. The names in the input,
// which may be nil, are those of the model.
//
// Errors to test for: [ServiceError] when the service refused, [InputError] when
// the input does not fit the operation, [NoRegionError], and of package idcenter
// ConnectError when there was no reply and ReplyError when it is not the service's.
func (c *Client) Call(ctx context.Context, svc *awsmodel.Service, op *awsmodel.Operation, input *document.Object) (*document.Object, error) {
	t, err := c.target(svc, input)
	if err != nil {
		return nil, err
	}
	full := prepare(svc, op, input)
	if err := validate(op, full); err != nil {
		return nil, err
	}
	req, err := serialize(svc, op, full)
	if err != nil {
		return nil, err
	}
	r, err := c.send(ctx, svc, op, req, t)
	if region := t.moved(svc, err); region != "" {
		if t, err = c.targetIn(region, svc, input); err == nil {
			r, err = c.send(ctx, svc, op, req, t)
		}
	}
	if err != nil {
		return nil, err
	}
	p := parser{timeFormat: c.TimeFormat, zone: c.Zone}
	out, err := p.output(svc, op, r)
	if err != nil {
		return nil, r.broken(op, err)
	}
	finish(svc, op, input, out)
	return out, nil
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Client) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

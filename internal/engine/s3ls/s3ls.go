// Package s3ls lists S3 buckets, and the objects in them, the way the AWS CLI's
// `aws s3 ls` does: what it asks S3 for, and what it prints, to the byte.
package s3ls

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// Options say what to list and how. The zero value lists the buckets.
type Options struct {
	// Path is "s3://BUCKET/PREFIX", or the same without "s3://". The bucket may be
	// an ARN: of an access point, or of the bucket itself. Without a bucket it
	// stands for all of them.
	Path string

	Recursive     bool   // all keys below the prefix, in full
	HumanReadable bool   // sizes as in "1.5 MiB"
	Summarize     bool   // end with the number of objects and their size
	RequestPayer  string // "" or "requester"; for the objects of a bucket only
	PageSize      *int   // of what S3 is asked for at a time; nil leaves it to S3

	// BucketNamePrefix and BucketRegion narrow the list of buckets, and no other;
	// "" means all.
	BucketNamePrefix, BucketRegion string

	Unsigned bool           // requests are not signed: for buckets that are open to everyone
	Zone     *time.Location // that times are shown in; nil means UTC
	Terminal bool           // what is written goes to a terminal: see [Run]
}

// Run writes the listing to w, a page at a time, as S3 sends it. It returns false
// if a prefix was given and nothing is below it; the AWS CLI then exits with 1.
//
// The error is a [PathError] if the path is one that cannot be listed, that of
// package call if S3 refused or could not be reached, or the writer's. What was
// written until then stays.
//
// Names are written as they are, control characters included, because programs
// read them. Where a terminal reads them, [Options.Terminal], those that it would
// act on are written as U+FFFD.
func Run(ctx context.Context, client *call.Client, o Options, w io.Writer) (matched bool, err error) {
	bucket, prefix, err := split(o.Path)
	if err != nil {
		return false, err
	}
	l := &listing{client: client, options: o, printer: printer{w: w, zone: o.Zone, terminal: o.Terminal, human: o.HumanReadable}}
	if l.zone == nil {
		l.zone = time.UTC
	}
	if bucket == "" {
		// A prefix without a bucket is the AWS CLI's to ignore.
		matched, err = true, l.buckets(ctx)
	} else {
		err = l.objects(ctx, bucket, prefix)
		matched = prefix == "" || l.found
	}
	if err != nil {
		return false, err
	}
	if o.Summarize {
		l.summary(l.count, l.size)
	}
	return matched, l.flush()
}

// A listing is one run.
type listing struct {
	printer
	client  *call.Client
	options Options

	found       bool // an object or a common prefix
	count, size int64
}

// pages calls show with each page of the operation's result, and writes out what
// it printed before the next page is fetched.
func (l *listing) pages(ctx context.Context, operation string, input *document.Object, show func(page *document.Object) error) error {
	svc, err := model.Load("s3api")
	if err != nil {
		return err
	}
	op, ok := svc.Operation(operation)
	if !ok {
		return fmt.Errorf("service s3api: no operation %s", operation)
	}
	if l.options.Unsigned {
		unsigned := *op
		unsigned.Unsigned, op = true, &unsigned
	}
	if l.options.PageSize != nil {
		// Not through Paging, which takes 0 for no size; S3 is to judge it.
		input.Set(op.Paginator.Limit, int64(*l.options.PageSize))
	}
	pager, err := l.client.Pages(svc, op, input, call.Paging{})
	if err != nil {
		return err
	}
	for page, err := range pager.All(ctx) {
		if err != nil {
			return err
		}
		if err := show(page); err != nil {
			return fmt.Errorf("%s: %w", op.Name, err)
		}
		if err := l.flush(); err != nil {
			return err
		}
	}
	return nil
}

// Package s3ls lists S3 buckets and objects. It sends the same requests and prints the same output
// as `aws s3 ls`.
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

// Options select what to list, and in which form. The zero value lists the buckets.
type Options struct {
	// Path is "s3://BUCKET/PREFIX" or "BUCKET/PREFIX". BUCKET can be the ARN of an access point
	// or of the bucket. If Path has no bucket, Run lists the buckets.
	Path string

	Recursive     bool   // list all keys below the prefix, and print them in full
	HumanReadable bool   // print sizes such as "1.5 MiB"
	Summarize     bool   // print the number of objects and their total size at the end
	RequestPayer  string // "" or "requester"; not used for a list of buckets
	PageSize      *int   // items in one reply; nil means S3's default

	// BucketNamePrefix and BucketRegion select the buckets in a list of buckets; "" means all.
	BucketNamePrefix, BucketRegion string

	Unsigned bool           // do not sign requests, for public buckets
	Zone     *time.Location // the zone of printed times; nil means UTC
	Terminal bool           // the output is a terminal: see [Run]
}

// Run writes the listing to w, page by page. matched is false if the prefix has no objects; the
// AWS CLI then exits with 1.
//
// The error is a [PathError], an error of package call, or an error of w. Before it returns an
// error, Run writes the pages that have arrived.
//
// Run writes names unchanged, even with control characters, because programs read them. With
// [Options.Terminal], it replaces control characters by U+FFFD.
func Run(ctx context.Context, client *call.Client, o Options, w io.Writer) (matched bool, err error) {
	bucket, prefix, err := Split(o.Path)
	if err != nil {
		return false, err
	}
	l := &listing{client: client, options: o, printer: printer{w: w, zone: o.Zone, terminal: o.Terminal, human: o.HumanReadable}}
	if l.zone == nil {
		l.zone = time.UTC
	}
	if bucket == "" {
		// Like the AWS CLI, ignore a prefix without a bucket.
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

// A listing is one call of [Run].
type listing struct {
	printer
	client  *call.Client
	options Options

	found       bool // the reply had an object or a common prefix
	count, size int64
}

// pages calls show with each page of the operation's result. It writes the printed lines
// before it fetches the next page.
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
		// Set the page size in the input, because Paging ignores 0. S3 then reports the error.
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

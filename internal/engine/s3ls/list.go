package s3ls

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// buckets lists the buckets of the account.
func (l *listing) buckets(ctx context.Context) error {
	input := new(document.Object)
	for name, value := range map[string]string{"Prefix": l.options.BucketNamePrefix, "BucketRegion": l.options.BucketRegion} {
		if value != "" {
			input.Set(name, value)
		}
	}
	return l.pages(ctx, "list-buckets", input, func(page *document.Object) error {
		for i, b := range members(page, "Buckets") {
			created, err := l.timeIn(b, "CreationDate")
			if err != nil {
				return fmt.Errorf("bucket %d: %w", i, err)
			}
			name, err := textIn(b, "Name")
			if err != nil {
				return fmt.Errorf("bucket %d: %w", i, err)
			}
			l.bucket(created, name)
		}
		return nil
	})
}

// objects lists the objects of a bucket.
func (l *listing) objects(ctx context.Context, bucket, prefix string) error {
	input := new(document.Object)
	input.Set("Bucket", bucket)
	input.Set("Prefix", prefix)
	if !l.options.Recursive {
		input.Set("Delimiter", "/")
	}
	if l.options.RequestPayer != "" {
		input.Set("RequestPayer", l.options.RequestPayer)
	}
	return l.pages(ctx, "list-objects-v2", input, func(page *document.Object) error {
		for i, p := range members(page, "CommonPrefixes") {
			name, err := textIn(p, "Prefix")
			if err != nil {
				return fmt.Errorf("common prefix %d: %w", i, err)
			}
			l.found = true
			l.prefix(base(strings.TrimSuffix(name, "/")))
		}
		for i, o := range members(page, "Contents") {
			if err := l.content(o); err != nil {
				return fmt.Errorf("object %d: %w", i, err)
			}
		}
		return nil
	})
}

// content prints one object.
func (l *listing) content(o *document.Object) error {
	key, err := textIn(o, "Key")
	if err != nil {
		return err
	}
	modified, err := l.timeIn(o, "LastModified")
	if err != nil {
		return err
	}
	v, _ := o.Get("Size")
	size, ok := v.(int64)
	if !ok {
		return fmt.Errorf("no Size")
	}
	l.found = true
	l.count++
	l.size += size
	if !l.options.Recursive {
		key = base(key)
	}
	l.object(modified, size, key)
	return nil
}

// base returns the part of a key after the last slash.
func base(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

// members returns the objects of a list. A missing list has no objects.
func members(page *document.Object, name string) []*document.Object {
	v, _ := page.Get(name)
	list, _ := v.([]any)
	objects := make([]*document.Object, 0, len(list))
	for _, e := range list {
		o, _ := e.(*document.Object) // if o is nil, the caller reports a missing member
		objects = append(objects, o)
	}
	return objects
}

func textIn(o *document.Object, name string) (string, error) {
	v, _ := o.Get(name)
	if s, ok := v.(string); ok {
		return s, nil
	}
	return "", fmt.Errorf("no %s", name)
}

// timeIn reads a time in any format of the client. Like the AWS CLI, it reads a time without a
// zone as local time.
func (l *listing) timeIn(o *document.Object, name string) (time.Time, error) {
	s, err := textIn(o, name)
	if err != nil {
		return time.Time{}, err
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", time.RFC1123, "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, l.zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %q is not a time", name, s)
}

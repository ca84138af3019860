package s3ls

import (
	"regexp"
	"strings"
)

// A PathError reports a path that cannot be listed. Its text is the AWS CLI's.
type PathError struct{ Reason string }

func (e *PathError) Error() string { return e.Reason }

// Split splits a path such as "s3://BUCKET/KEY" into the bucket and the key, or the prefix of keys. The
// bucket is a name or an ARN. The error is a [*PathError].
func Split(path string) (bucket, prefix string, err error) {
	path = strings.TrimPrefix(path, "s3://")
	if !strings.HasPrefix(path, "arn:") {
		bucket, prefix, _ = strings.Cut(path, "/")
		return bucket, prefix, nil
	}
	if err := refuse(path); err != nil {
		return "", "", err
	}
	for _, pattern := range []string{accessPoint, outpostAccessPoint, bucketItself} {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(path); m != nil {
			return m[1], m[2], nil
		}
	}
	// The ARN has an unknown form. Package call checks the bucket name.
	bucket, prefix, _ = strings.Cut(path, "/")
	return bucket, prefix, nil
}

// The ARNs that users can write for a bucket. The first group is the bucket, the second group is
// the prefix. A resource name follows a colon or a slash, and contains no colon and no slash.
const (
	accessPoint        = `(?s)^(arn:aws[^:]*:s3:[a-z0-9-]*:[0-9]{12}:accesspoint[:/][^/]+)/?(.*)$`
	outpostAccessPoint = `(?s)^(arn:aws[^:]*:s3-outposts:[a-z0-9-]+:[0-9]{12}:outpost[:/][a-zA-Z0-9-]{1,63}[:/]accesspoint[:/][a-zA-Z0-9-]{1,63})[:/]?(.*)$`
	bucketItself       = `(?s)^arn:aws[^:]*:s3:::([^:/]+)/?(.*)$` // the AWS CLI rejects these ARNs

	objectLambda  = `^arn:aws[^:]*:s3-object-lambda:[a-z0-9-]+:[0-9]{12}:accesspoint[:/][a-zA-Z0-9-]{1,63}`
	outpostBucket = `^arn:aws[^:]*:s3-outposts:[a-z0-9-]+:[0-9]{12}:outpost[:/][a-zA-Z0-9-]{1,63}[:/]bucket[:/][a-zA-Z0-9-]{1,63}`
)

// refuse returns an error for resources that S3 cannot list. The error names the commands to use
// instead.
func refuse(arn string) error {
	switch {
	case regexp.MustCompile(objectLambda).MatchString(arn):
		return &PathError{"s3 commands do not support S3 Object Lambda resources. Use s3api commands instead."}
	case regexp.MustCompile(outpostBucket).MatchString(arn):
		return &PathError{"s3 commands do not support Outpost Bucket ARNs. Use s3control commands instead."}
	}
	return nil
}

package s3ls

import (
	"regexp"
	"strings"
)

// A PathError is a path that cannot be listed. Its text is the AWS CLI's.
type PathError struct{ Reason string }

func (e *PathError) Error() string { return e.Reason }

// split takes a path apart into the bucket, by its name or its ARN, and what keys
// are to begin with.
func split(path string) (bucket, prefix string, err error) {
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
	// Not an ARN that is known here. The bucket's name is checked before it is used.
	bucket, prefix, _ = strings.Cut(path, "/")
	return bucket, prefix, nil
}

// The ARNs that stand for a bucket, which the first group is, and the prefix behind
// them. Names of resources follow a colon or a slash, and contain neither.
const (
	accessPoint        = `(?s)^(arn:aws[^:]*:s3:[a-z0-9-]*:[0-9]{12}:accesspoint[:/][^/]+)/?(.*)$`
	outpostAccessPoint = `(?s)^(arn:aws[^:]*:s3-outposts:[a-z0-9-]+:[0-9]{12}:outpost[:/][a-zA-Z0-9-]{1,63}[:/]accesspoint[:/][a-zA-Z0-9-]{1,63})[:/]?(.*)$`
	bucketItself       = `(?s)^arn:aws[^:]*:s3:::([^:/]+)/?(.*)$` // the AWS CLI refuses these

	objectLambda  = `^arn:aws[^:]*:s3-object-lambda:[a-z0-9-]+:[0-9]{12}:accesspoint[:/][a-zA-Z0-9-]{1,63}`
	outpostBucket = `^arn:aws[^:]*:s3-outposts:[a-z0-9-]+:[0-9]{12}:outpost[:/][a-zA-Z0-9-]{1,63}[:/]bucket[:/][a-zA-Z0-9-]{1,63}`
)

// refuse says what else to use for resources whose objects S3 does not list.
func refuse(arn string) error {
	switch {
	case regexp.MustCompile(objectLambda).MatchString(arn):
		return &PathError{"s3 commands do not support S3 Object Lambda resources. Use s3api commands instead."}
	case regexp.MustCompile(outpostBucket).MatchString(arn):
		return &PathError{"s3 commands do not support Outpost Bucket ARNs. Use s3control commands instead."}
	}
	return nil
}

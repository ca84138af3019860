package arg

import (
	"fmt"
	"regexp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// What the Bucket of S3 can be. The texts are part of a message.
const (
	bucketName = `^[a-zA-Z0-9.\-_]{1,255}$`
	bucketARN  = `^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:][a-zA-Z0-9\-.]{1,63}$|` +
		`^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:][a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$`
)

// checkBucket refuses what cannot be the name of a bucket.
func checkBucket(d *document.Object) error {
	v, given := d.Get("Bucket")
	bucket, isText := v.(string)
	_, isRaw := v.(raw)
	switch {
	case !given:
		return nil
	case isRaw:
		return &ValueError{"cannot use a string pattern on a bytes-like object"}
	case !isText:
		return &ValueError{"expected string or bytes-like object, got '" + bareTypeName(v) + "'"}
	}
	for _, pattern := range []string{bucketName, bucketARN} {
		if match, err := regexp.MatchString(pattern, bucket); match && err == nil {
			return nil
		}
	}
	return &UsageError{Message: fmt.Sprintf("Parameter validation failed:\nInvalid bucket name \"%s\": Bucket name must match the regex \"%s\" "+
		"or be an ARN matching the regex \"%s\"", bucket, bucketName, bucketARN)}
}

// S3: ListBuckets, ListObjectsV2, HeadBucket, and GetObject.

package emulator

import (
	"cmp"
	"crypto/md5" // computes ETags, as S3 does
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/content"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

// s3Operation returns the operation of a request for S3.
func (e *Emulator) s3Operation(c *call) *operation {
	op := &operation{name: "S3", fail: failS3, run: func(c *call) response {
		return failS3(c, &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "A header you provided implies functionality that is not implemented"})
	}}
	var f func(*call, signer) response
	head := c.Method == http.MethodHead
	bucket, key := bucketOf(c)
	action := "s3:ListBucket"
	switch {
	case c.Method != http.MethodGet && !head:
		return op
	case key != "" && !content.IsAskedFor(c.URL.Query()):
		return op
	case key != "" && head:
		op.name, f, action = "HeadObject", e.getObject, "s3:GetObject"
	case key != "":
		op.name, f, action = "GetObject", e.getObject, "s3:GetObject"
	case bucket != "" && head:
		op.name, f = "HeadBucket", e.headBucket
	case head:
		return op
	case bucket == "":
		op.name, f, action = "ListBuckets", e.listBuckets, "s3:ListAllMyBuckets"
	case c.URL.Query().Get("list-type") == "2":
		op.name, f = "ListObjectsV2", e.listObjects
	default:
		return op
	}
	op.run = func(c *call) response {
		s, err := e.verify(c, "s3", s3Skew)
		if err != nil {
			return badS3Signature(c, s, err)
		}
		if message := e.deny(s.principal, action, `"arn:`+e.partition()+":s3:::"+strings.Trim(bucket+"/"+key, "/")+`"`); message != "" {
			return failS3(c, accessDenied(message))
		}
		return f(c, s)
	}
	return op
}

// bucketOf returns the bucket and the key of the request. The bucket is in the host or in
// the path.
func bucketOf(c *call) (bucket, key string) {
	host, path := c.hostname(), strings.TrimPrefix(c.URL.Path, "/")
	for _, end := range []string{".localhost", ".s3.", ".s3-"} {
		if i := strings.Index(host, end); i > 0 {
			return host[:i], path
		}
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// s3Skew is the clock difference that S3 allows.
const s3Skew = 15 * time.Minute

// badS3Signature returns S3's error for a bad signature.
func badS3Signature(c *call, s signer, err error) response {
	no := func(status int, code, message string) *apiError {
		return &apiError{status: status, code: code, message: message}
	}
	switch {
	case errors.Is(err, errUnsigned):
		return failS3(c, no(http.StatusForbidden, "AccessDenied", "Access Denied"))
	case errors.Is(err, errMalformed):
		return failS3(c, no(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed; "+s.reason))
	case errors.Is(err, errNoKey):
		return failS3With(c, no(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."), "AWSAccessKeyId", s.signature.KeyID)
	case errors.Is(err, errNoToken):
		return failS3(c, no(http.StatusBadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid."))
	case errors.Is(err, errKeyEnded):
		return failS3(c, no(http.StatusBadRequest, "ExpiredToken", "The provided token has expired."))
	case errors.Is(err, errSkewed) && s.signature.Presigned:
		return failS3(c, no(http.StatusForbidden, "AccessDenied", "Request has expired"))
	case errors.Is(err, errSkewed):
		return failS3With(c, no(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
			"RequestTime", s.signature.Time.Format("20060102T150405Z"), "ServerTime", c.now.Format(time.RFC3339),
			"MaxAllowedSkewMilliseconds", strconv.FormatInt(s3Skew.Milliseconds(), 10))
	}
	return failS3With(c, no(http.StatusForbidden, "SignatureDoesNotMatch", signatureMessage[:strings.Index(signatureMessage, " Consult")]),
		"AWSAccessKeyId", s.KeyID, "StringToSign", s.check.StringToSign, "SignatureProvided", s.signature.Hex, "CanonicalRequest", s.check.CanonicalRequest)
}

func failS3(c *call, err *apiError) response { return failS3With(c, err) }

// failS3With returns an error of S3 with details. details alternates between names and values.
func failS3With(c *call, err *apiError, details ...string) response {
	v := s3Error{Code: err.code, Message: err.message, Resource: c.URL.Path, RequestID: c.id}
	for i := 0; i < len(details); i += 2 {
		v.Details = append(v.Details, element{xml.Name{Local: details[i]}, details[i+1]})
	}
	return s3Headers(c, xmlResponse(err.status, v))
}

// An s3Error is the body of an S3 error.
type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	Details   []any
	Resource  string
	RequestID string `xml:"RequestId"`
}

// An element is an XML element with any name.
type element struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

func s3Headers(c *call, out response) response {
	out.header.Set("Content-Type", "application/xml")
	out.header.Set("Server", "AmazonS3")
	out.header.Set("X-Amz-Request-Id", c.id)
	return out
}

func invalidArgument(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "InvalidArgument", message: message}
}

// listBuckets implements ListBuckets.
func (e *Emulator) listBuckets(c *call, s signer) response {
	type bucketXML struct {
		Name         string
		CreationDate string
		BucketRegion string `xml:",omitempty"`
	}
	var out struct {
		XMLName           xml.Name    `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Owner             string      `xml:"Owner>ID"`
		Buckets           []bucketXML `xml:"Buckets>Bucket"`
		ContinuationToken string      `xml:",omitempty"`
		Prefix            string      `xml:",omitempty"`
	}
	q := c.URL.Query()
	paged := q.Has("max-buckets") || q.Has("bucket-region") || q.Has("prefix") || q.Has("continuation-token")
	most, no := atMost(q.Get("max-buckets"), 1, 10_000)
	after, ok := e.seal.Open(seal.Page, q.Get("continuation-token"))
	switch {
	case no != nil:
		return failS3(c, no)
	case q.Has("continuation-token") && !ok:
		return failS3(c, invalidArgument("The continuation token provided is incorrect"))
	}
	out.Owner, out.Prefix = ownerID(s.Account), q.Get("prefix")
	for _, b := range e.dir.Load().owned[s.Account] {
		if b.Name <= after || !strings.HasPrefix(b.Name, q.Get("prefix")) || q.Has("bucket-region") && q.Get("bucket-region") != b.Region {
			continue
		}
		if len(out.Buckets) == most {
			out.ContinuationToken = e.seal.Seal(seal.Page, out.Buckets[most-1].Name)
			break
		}
		x := bucketXML{Name: b.Name, CreationDate: b.Created.UTC().Format(s3Time)}
		if paged { // S3 omits it if the request has no paging parameters
			x.BucketRegion = b.Region
		}
		out.Buckets = append(out.Buckets, x)
	}
	return s3Headers(c, xmlResponse(http.StatusOK, out))
}

// atMost parses the size of a page. "" means maximum.
func atMost(text string, minimum, maximum int) (int, *apiError) {
	if text == "" {
		return maximum, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minimum {
		return 0, invalidArgument("Provided number of entries is not valid: " + text)
	}
	return min(n, maximum), nil
}

// ownerID returns the canonical user id of an account.
func ownerID(account string) string {
	return fmt.Sprintf("%x%x", md5.Sum([]byte("owner/"+account)), md5.Sum([]byte("id/"+account)))
}

const s3Time = "2006-01-02T15:04:05.000Z"

type (
	objectXML struct {
		Key          string
		LastModified string
		ETag         string
		Size         int64
		StorageClass string
		Owner        *ownerXML
	}
	ownerXML       struct{ ID string }
	prefixXML      struct{ Prefix string }
	objectsListing struct {
		XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
		Name                  string
		Prefix                string
		Delimiter             string `xml:",omitempty"`
		StartAfter            string `xml:",omitempty"`
		ContinuationToken     string `xml:",omitempty"`
		KeyCount, MaxKeys     int
		EncodingType          string `xml:",omitempty"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []objectXML
		CommonPrefixes        []prefixXML
	}
)

// listObjects implements ListObjectsV2.
func (e *Emulator) listObjects(c *call, s signer) response {
	name, _ := bucketOf(c)
	q := c.URL.Query()
	b, most, after, no := e.listed(name, q, s)
	switch {
	case no != nil && no.code == "NoSuchBucket":
		return failS3With(c, no, "BucketName", name)
	case no != nil:
		return failS3(c, no)
	}
	encode := func(s string) string { return s }
	if q.Get("encoding-type") == "url" {
		encode = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	out := objectsListing{
		Name: name, Prefix: encode(q.Get("prefix")), Delimiter: encode(q.Get("delimiter")), StartAfter: encode(q.Get("start-after")),
		ContinuationToken: q.Get("continuation-token"), MaxKeys: most, EncodingType: q.Get("encoding-type"),
	}
	last := ""
	for en := range entries(b.Objects, q.Get("prefix"), q.Get("delimiter"), max(after, q.Get("start-after"))) {
		if out.KeyCount == most {
			out.IsTruncated = most > 0
			break
		}
		out.KeyCount++
		last = en.name
		if en.object == nil {
			out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{encode(en.name)})
		} else {
			out.Contents = append(out.Contents, newObjectXML(en, encode, q.Get("fetch-owner") == "true", b.Account))
		}
	}
	if out.IsTruncated {
		out.NextContinuationToken = e.seal.Seal(seal.Page, last)
	}
	resp := s3Headers(c, xmlResponse(http.StatusOK, out))
	resp.header.Set("X-Amz-Bucket-Region", b.Region)
	return resp
}

// bucketFor returns the bucket with the name. It returns an error if there is no such bucket, or if
// it belongs to another account.
func (e *Emulator) bucketFor(name string, s signer) (*Bucket, *apiError) {
	b := e.dir.Load().buckets[name]
	switch {
	case b == nil:
		return nil, &apiError{status: http.StatusNotFound, code: "NoSuchBucket", message: "The specified bucket does not exist"}
	case b.Account != s.Account:
		return nil, &apiError{status: http.StatusForbidden, code: "AccessDenied", message: "Access Denied"}
	}
	return b, nil
}

// headBucket implements HeadBucket.
func (e *Emulator) headBucket(c *call, s signer) response {
	name, _ := bucketOf(c)
	b, no := e.bucketFor(name, s)
	if no != nil {
		return failS3(c, no)
	}
	out := s3Headers(c, response{http.StatusOK, http.Header{}, nil})
	out.header.Set("X-Amz-Bucket-Region", b.Region)
	return out
}

// getObject implements GetObject and HeadObject.
func (e *Emulator) getObject(c *call, s signer) response {
	name, key := bucketOf(c)
	b, no := e.bucketFor(name, s)
	if no != nil {
		return failS3With(c, no, "BucketName", name)
	}
	i, ok := slices.BinarySearchFunc(b.Objects, key, func(o Object, key string) int { return strings.Compare(o.Key, key) })
	if !ok {
		return failS3With(c, &apiError{status: http.StatusNotFound, code: "NoSuchKey", message: "The specified key does not exist."}, "Key", key)
	}
	o := b.Objects[i]
	status, header, body, ok := content.Object{ETag: o.etag(), Modified: o.Modified, Text: o.Content, Size: o.Size}.Serve(c.Request)
	switch {
	case !ok:
		return failS3(c, &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "The emulator returns at most 64 MiB of an object at once; request a range"})
	case status == http.StatusPreconditionFailed:
		return failS3(c, &apiError{status: status, code: "PreconditionFailed", message: "At least one of the pre-conditions you specified did not hold"})
	case status == http.StatusRequestedRangeNotSatisfiable:
		return failS3(c, &apiError{status: status, code: "InvalidRange", message: "The requested range is not satisfiable"})
	}
	kind := header.Get("Content-Type")
	out := s3Headers(c, response{status, header, body})
	out.header.Set("Content-Type", kind)
	return out
}

// etag returns the ETag of an object. Objects without content have the hash of their key.
func (o Object) etag() string {
	return fmt.Sprintf(`"%x"`, md5.Sum([]byte(cmp.Or(o.Content, o.Key))))
}

// listed checks the parameters of a listing. It returns the bucket, the size of the page, and the
// name of the entry before the page.
func (e *Emulator) listed(name string, q url.Values, s signer) (b *Bucket, most int, after string, no *apiError) {
	if b, no = e.bucketFor(name, s); no != nil {
		return nil, 0, "", no
	}
	most, no = atMost(q.Get("max-keys"), 0, 1000)
	after, ok := e.seal.Open(seal.Page, q.Get("continuation-token"))
	switch {
	case no != nil:
	case q.Has("continuation-token") && !ok:
		no = invalidArgument("The continuation token provided is incorrect")
	case q.Has("encoding-type") && q.Get("encoding-type") != "url":
		no = invalidArgument("Invalid Encoding Method specified in Request")
	}
	return b, most, after, no
}

func newObjectXML(en entry, encode func(string) string, owner bool, account string) objectXML {
	x := objectXML{
		Key: encode(en.name), LastModified: en.object.Modified.UTC().Format(s3Time), Size: en.object.Size,
		ETag: en.object.etag(), StorageClass: "STANDARD",
	}
	if owner {
		x.Owner = &ownerXML{ownerID(account)}
	}
	return x
}

// An entry of a listing is an object or a common prefix.
type entry struct {
	name   string
	object *Object // nil for a common prefix
}

// entries yields the entries of the sorted objects that come after the name start. It uses binary
// search to skip the objects in a common prefix.
func entries(objects []Object, prefix, delimiter, start string) func(yield func(entry) bool) {
	// from returns the index of the first object for which past is true.
	from := func(past func(key string) bool) int {
		return sort.Search(len(objects), func(i int) bool { return past(objects[i].Key) })
	}
	beyond := func(stem string) int {
		return from(func(key string) bool { return key > stem && !strings.HasPrefix(key, stem) })
	}
	return func(yield func(entry) bool) {
		i := from(func(key string) bool { return key >= prefix && key > start })
		if delimiter != "" && start != "" && strings.HasSuffix(start, delimiter) && strings.HasPrefix(start, prefix) {
			i = max(i, beyond(start)) // the previous page ended with this prefix
		}
		for i < len(objects) && strings.HasPrefix(objects[i].Key, prefix) {
			rest := objects[i].Key[len(prefix):]
			stem, _, shared := strings.Cut(rest, delimiter)
			if delimiter == "" || !shared {
				if !yield(entry{objects[i].Key, &objects[i]}) {
					return
				}
				i++
				continue
			}
			stem = prefix + stem + delimiter
			if !yield(entry{stem, nil}) {
				return
			}
			i = beyond(stem)
		}
	}
}

import boto3,sys
s=boto3.Session(profile_name='account1-AdministratorAccess')
try:
    print('boto3', s.client('sts').get_caller_identity()['Arn'])
except Exception as e: print('boto3', type(e).__name__, e)

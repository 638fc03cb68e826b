"""Rules on the SOAP messages of INSi: requests of the software and answers of the service."""

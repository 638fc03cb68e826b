"""What a run gives to its readers: console, Allure, JUnit and run.json, from the same values."""

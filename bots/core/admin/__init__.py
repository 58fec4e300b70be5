"""What those who run the business can say to the bot, on every channel alike."""

"""Where state is kept. A store keeps bytes and says who may write them; their meaning is above."""

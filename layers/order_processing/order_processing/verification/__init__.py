"""Order verification: is every detail of this order right? What is wrong is put right here, or asked for."""

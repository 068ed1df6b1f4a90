"""What developers write: tickets to the operator, the forum, the showcase of solutions. [PRT-1]"""

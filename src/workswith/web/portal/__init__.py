"""The developer portal. [PRT]"""
